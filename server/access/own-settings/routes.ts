import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { changeAccount } from '#server/accounts/accounts/change-account.ts'
import {
  findOwnSettings,
  type OwnSettings,
  setOwnSettings,
} from '#server/accounts/accounts/own-settings-store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { judgeDisplayName } from '#server/core/display-name.ts'
import { isLocale, locales } from '#server/kit/i18n/texts.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { isScheme, type Scheme } from '#server/kit/pages/scheme.ts'

const page = '/account/settings'
const fields = ['display_name', 'language', 'theme'] as const

type Typed = Record<(typeof fields)[number], string>

type Judged =
  | { readonly kind: 'ok'; readonly wanted: OwnSettings & { readonly scheme: Scheme } }
  | { readonly kind: 'refused'; readonly errors: readonly FormError[] }

/** All faults at once. */
function judge({ display_name: name, language, theme }: Typed): Judged {
  const named = judgeDisplayName(name)
  const scheme = isScheme(theme) && theme
  const errors: FormError[] = []
  if (named.kind === 'refused') errors.push({ field: 'display_name', reason: named.reason })
  if (!isLocale(language)) errors.push({ field: 'language', reason: 'unknown' })
  if (!scheme) errors.push({ field: 'theme', reason: 'unknown' })
  if (named.kind === 'refused' || !scheme || errors.length > 0) return { kind: 'refused', errors }
  return { kind: 'ok', wanted: { displayName: named.name, locale: language, scheme } }
}

export function ownSettingsRoutes(parts: AccessParts): Router {
  const { pages, db, clock, keyring } = parts

  const show = (req: Request, res: Response, values: Typed, errors: readonly FormError[] = []) =>
    pages.show(req, res, {
      id: 'settings',
      view: 'access/own-settings/settings',
      errors,
      values,
      locals: { flash: takeFlash(req, res, ['saved']), languages: locales },
    })

  const fresh = requireFreshPassword(clock.now)
  // Security: A name is changed with a fresh password alone.
  // Letters greet by it, so a stranger at an open session could put words into them.
  const requireFreshForName: RequestHandler = async (req, res, next) => {
    const { displayName } = await findOwnSettings(db, accountOf(req).id)
    const typed = readFields(req, fields).display_name.trim()
    return typed === (displayName ?? '') ? next() : await fresh(req, res, next)
  }

  const save: RequestHandler = async (req, res) => {
    const typed = readFields(req, fields)
    const judged = judge(typed)
    if (judged.kind === 'refused') return show(req, res, typed, judged.errors)
    const { wanted } = judged
    const { id: accountId } = accountOf(req)
    await changeAccount(db, proofOf(req), async (trx) => {
      const before = await findOwnSettings(trx, accountId)
      await setOwnSettings(trx, accountId, wanted)
      const isSame = before.displayName === wanted.displayName && before.locale === wanted.locale
      if (isSame) return
      const entry = { event: 'settings.changed', details: {} } as const
      const about = { accountId, at: clock.now(), client: parts.client(req) }
      await recordActivity(trx, keyring, { ...about, ...entry })
    })
    req.keepScheme?.(wanted.scheme)
    setFlash(res, 'saved')
    res.redirect(303, page)
  }

  return Router()
    .get(page, requireAccount(), async (req, res) => {
      const { displayName, locale } = await findOwnSettings(db, accountOf(req).id)
      const language = locale ?? req.locale
      show(req, res, { display_name: displayName ?? '', language, theme: req.scheme ?? 'system' })
    })
    .post(page, requireAccount(), requireFreshForName, save)
}
