import { type Request, type RequestHandler, type Response, Router } from 'express'
import {
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { handOver, letGo, takeOver } from '#server/kit/pages/shown-once.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeMailServers, serversOf } from '#server/mail/mail-programs/mail-servers.ts'
import { profileSigner } from '#server/mail/mail-programs/profile-signer.ts'
import { profileTexts } from '#server/mail/mail-programs/profile-texts.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { type AppPasswordCard, cardOf } from './card.ts'
import { keepOne, revokeEvery, revokeOne } from './change-app-passwords.ts'
import { appPasswordsAtMost, createAppPassword } from './create-app-password.ts'
import { readForm, services } from './read-form.ts'
import { listAppPasswords, spendHandingOut } from './store.ts'

const page = '/account/app-passwords'
const flashes = ['revoked', 'all-revoked', 'kept', 'revoked-before'] as const
/** Each one sends its owner a letter: a thief must not flood the mailbox. */
const createdPerDay = { points: 60, seconds: 86_400 }

const ownerId = (req: Request) => ownerOf(req)?.id ?? ''

function idOf(req: Request): string {
  const id = String(req.params.id)
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new NotFound('no such app password')
  return id
}

export function appPasswordRoutes(parts: MailParts): Router {
  const { clock, platform } = parts
  const offered: RequestHandler = (_req, _res, next) =>
    next(platform.applyAppPasswords ? undefined : new NotFound('no app passwords here'))
  const signedIn = [offered, requireAccount(page)]
  const fresh = [...signedIn, requireFreshPassword(clock.now, page)]
  const freshAndBack = [offered, requireAccount(), requireFreshPassword(clock.now)]
  const creation = creationPages(parts)
  const created = createdPages(parts)
  const revoking = revokingPages(parts)

  return Router()
    .get(page, signedIn, listPage(parts))
    .get(`${page}/new`, freshAndBack, creation.show)
    .post(`${page}/new`, freshAndBack, creation.create)
    .get(`${page}/created`, signedIn, created.show)
    .get(`${page}/profile.mobileconfig`, signedIn, created.sendProfile)
    .get(`${page}/revoke-all`, freshAndBack, revoking.showAll)
    .post(`${page}/revoke-all`, fresh, revoking.revokeAll)
    .get(`${page}/:id/revoke`, freshAndBack, revoking.showOne)
    .post(`${page}/:id/revoke`, fresh, revoking.revokeOne)
    .post(`${page}/:id/keep`, fresh, keepAction(parts))
}

const listPage =
  ({ pages, db, settings, platform }: MailParts) =>
  async (req: Request, res: Response) => {
    const all = (await listAppPasswords(db, ownerId(req))).map(cardOf)
    const flash = takeFlash(req, res, flashes)
    pages.show(req, res, {
      id: 'app-passwords',
      view: 'mail/app-passwords/list',
      locals: {
        flash,
        flashKind: flash === 'revoked-before' ? 'warning' : 'success',
        held: all.filter(({ isHeld }) => isHeld),
        open: all.filter(({ isHeld }) => !isHeld),
        reportsUse: platform.reportsSignIns === true,
        only: settings.appPasswordsOnly,
        full: all.length >= appPasswordsAtMost,
      },
    })
  }

const onceParts = ({ keyring, settings, clock }: MailParts) => ({
  page: 'app-password-created',
  minutes: 10,
  keyring,
  https: isHttps(settings),
  now: clock.now,
})

function creationPages(parts: MailParts) {
  const { pages } = parts
  const once = onceParts(parts)
  const limit = parts.limits.limit('app-passwords-made', createdPerDay)

  const showForm = (req: Request, res: Response, errors: readonly FormError[] = [], values = {}) =>
    pages.show(req, res, {
      id: 'app-password-new',
      view: 'mail/app-passwords/new',
      errors,
      values: errors.length > 0 ? values : { imap: 'on', smtp: 'on' },
      locals: { services },
    })

  return {
    show: (req: Request, res: Response) => showForm(req, res),
    async create(req: Request, res: Response) {
      const fields = readFields(req, ['name', 'imap', 'pop3', 'smtp'])
      const read = readForm(fields)
      if (read.kind === 'refused') return showForm(req, res, read.errors, fields)
      const accountId = ownerId(req)
      await limit.demand(accountId)
      const created = await createAppPassword(parts, {
        name: read.name,
        services: read.services,
        proof: proofOf(req),
        client: parts.client(req),
        form: formDigestOf(req),
      })
      if (created.kind === 'full') {
        const params = { max: appPasswordsAtMost }
        return showForm(req, res, [{ field: 'name', reason: 'too-many', params }], fields)
      }
      handOver(once, res, { accountId, id: created.id, secret: created.secret })
      res.redirect(303, `${page}/created`)
    },
  }
}

function createdPages(parts: MailParts) {
  const { pages, db, clock, settings } = parts
  const once = onceParts(parts)
  const mailServers = describeMailServers(settings, settings.brandName)
  const isServed = (service: 'imap' | 'smtp') => serversOf(mailServers, service).length > 0
  const hasProfile = isServed('imap') && isServed('smtp')
  const sign = profileSigner(settings)

  return {
    async show(req: Request, res: Response) {
      const accountId = ownerId(req)
      const handed = takeOver(once, req, accountId)
      // Security: An app password is shown once, and only its digest is kept.
      const isFirst =
        handed && (await spendHandingOut(db, accountId, handed.id, 'shown_at', clock.now()))
      if (!handed || !isFirst) return res.redirect(303, page)
      const made = (await listAppPasswords(db, accountId)).find(({ id }) => id === handed.id)
      const reads = made?.services.includes('imap') && made.services.includes('smtp')
      pages.show(req, res, {
        id: 'app-password-created',
        view: 'mail/app-passwords/created',
        locals: {
          name: made?.name,
          services: made?.services,
          groups: handed.secret.split(' '),
          profile: hasProfile && reads ? `${page}/profile.mobileconfig` : null,
        },
      })
    },
    async sendProfile(req: Request, res: Response) {
      const owner = ownerOf(req)
      const handed = owner && takeOver(once, req, owner.id)
      const isFirst =
        handed && (await spendHandingOut(db, owner.id, handed.id, 'profile_served_at', clock.now()))
      if (!handed || !isFirst) return res.redirect(303, page)
      const { renderAppleProfile } = await import('#server/mail/mail-programs/apple.ts')
      const from = { db, title: mailServers.name }
      const texts = await profileTexts(from, pages.textsFor(req), owner.id)
      const profile = renderAppleProfile(mailServers, owner.address, texts, handed.secret)
      if (profile === null) throw new NotFound('no profile without IMAP and SMTP')
      letGo(once, res)
      res.type('application/x-apple-aspen-config').send(await sign(profile))
    },
  }
}

function revokingPages(parts: MailParts) {
  const { pages, db } = parts
  const cards = async (req: Request) => (await listAppPasswords(db, ownerId(req))).map(cardOf)

  /** Security: What revoking stops is shown before it stops. */
  const show = (req: Request, res: Response, ending: AppPasswordCard[], all: boolean) => {
    // An app password that was revoked meanwhile looks like one that never existed.
    if (ending.length === 0) return res.redirect(303, page)
    pages.show(req, res, {
      id: 'app-password-revoke',
      view: 'mail/app-passwords/revoke',
      locals: { ending, all, action: req.path },
    })
  }

  return {
    async showAll(req: Request, res: Response) {
      show(req, res, await cards(req), true)
    },
    async revokeAll(req: Request, res: Response) {
      await revokeEvery(parts, { proof: proofOf(req), client: parts.client(req) })
      setFlash(res, 'all-revoked')
      res.redirect(303, page)
    },
    async showOne(req: Request, res: Response) {
      const id = idOf(req)
      const ending = (await cards(req)).filter((each) => each.id === id)
      show(req, res, ending, false)
    },
    async revokeOne(req: Request, res: Response) {
      const [proof, id, client] = [proofOf(req), idOf(req), parts.client(req)]
      const standing = await revokeOne(parts, { proof, id, client })
      if (standing === 'never-theirs') throw new NotFound('no such app password')
      setFlash(res, 'revoked')
      res.redirect(303, page)
    },
  }
}

const keepAction = (parts: MailParts) => async (req: Request, res: Response) => {
  const [proof, id, client] = [proofOf(req), idOf(req), parts.client(req)]
  const standing = await keepOne(parts, { proof, id, client })
  if (standing === 'never-theirs') throw new NotFound('no such app password')
  setFlash(res, standing === 'opens' ? 'kept' : 'revoked-before')
  res.redirect(303, page)
}
