// Shows a page: chooses the language, adds the frame, renders, sends.

import type { Request, RequestHandler, Response } from 'express'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { chooseLocale } from '../i18n/choose-locale.ts'
import { createFormats, type Formats } from '../i18n/format.ts'
import { isLocale, type Locale, type Texts, type Translate } from '../i18n/texts.ts'
import { cookieName } from '../web/cookies.ts'
import type { Theme } from './assets.ts'
import type { FormError } from './forms.ts'
import { createFrame } from './frame.ts'
import type { KeptPages } from './kept-pages.ts'
import type { Menus } from './menu.ts'
import type { ViewEngine, ViewLocals } from './view-engine.ts'

declare module 'express-serve-static-core' {
  interface Request {
    locale: Locale
  }
}

export interface Page {
  /** Stands in `<main data-page>`. The title is the text `<id>.title`. */
  readonly id: string
  readonly view: string
  /** Default `layouts/page`. */
  readonly layout?: string
  readonly status?: number
  readonly locals?: ViewLocals
  /** A page with errors has the status 422, unless `status` says another. */
  readonly errors?: readonly FormError[]
  /** What the person typed, by field. Never a secret. */
  readonly values?: Readonly<Record<string, string>>
  /** Without sign-in all see the same page, in their language and with their form token. */
  readonly sameForAll?: boolean
  /** Id of the recovery that the page is a step of. */
  readonly flow?: string
}

export interface Pages {
  show(req: Request, res: Response, page: Page): void
  textsFor(req: Request): Translate
  formatsFor(req: Request): Formats
}

export interface PageParts {
  readonly views: ViewEngine
  readonly texts: Texts
  readonly theme: Theme
  readonly menus: Menus
  readonly timeZone: string
  readonly clock: Clock
  readonly kept?: KeptPages | undefined
  readonly mailDomains?: readonly string[]
}

export function createPages(parts: PageParts): Pages {
  const { views, texts, theme, menus, timeZone, clock, kept } = parts
  const formats = createFormats(timeZone)
  return {
    show(req, res, page) {
      const { locale } = req
      const owner = ownerOf(req)
      const isWhole = page.status === undefined && (page.errors ?? []).length === 0
      const draft = isWhole ? req.draft : undefined
      if (draft) req.noteDraftShown?.(res)
      noteRefused(req, res, page)
      const html = (csrfToken: string) => {
        const frame = {
          t: texts.in(locale),
          locale,
          formats: formats[locale],
          now: clock.now(),
          theme,
          scheme: req.scheme,
          mailDomains: parts.mailDomains,
          menus,
          pageId: page.id,
          path: shownPath(req),
          csrfToken,
          account: owner ? { address: owner.address } : null,
          errors: page.errors,
          values: draft ? { ...page.values, ...draft } : page.values,
        }
        return views.render(page.view, createFrame(frame, page.locals), page.layout)
      }
      res.statusCode = page.status ?? (page.errors && page.errors.length > 0 ? 422 : 200)
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.setHeader('Content-Language', locale)
      const token = req.formToken?.(page.flow) ?? ''
      // Security: A page that is kept for all shows nothing about anybody.
      const isSame =
        page.sameForAll === true && !owner && !draft && req.originalUrl === req.route?.path
      if (kept && isSame)
        return kept.send(res, `${locale} ${req.scheme} ${page.id} ${req.originalUrl}`, token, html)
      const text = html(token)
      res.setHeader('Content-Length', Buffer.byteLength(text))
      // A string: Node sends it in one packet with the headers, but a buffer in a second packet.
      res.end(text)
    },
    textsFor: (req) => texts.in(req.locale),
    formatsFor: (req) => formats[req.locale],
  }
}

/** So that a switch of the language keeps what was typed. Long texts are stored meanwhile. */
function noteRefused(req: Request, res: Response, page: Page): void {
  const { errors = [], values, locals } = page
  if (errors.length === 0 || !values || !req.keepDraft) return
  const [path = '/'] = String(locals?.path ?? shownPath(req)).split('?')
  req.keepDraft(res, { path, values, shownAt: 'language' }).catch(() => {
    // Nothing is lost but a comfort: the form itself still shows what was typed.
  })
}

const plainPath = /^(?:\/[\w-]+)+$/

/** Views show only the query of this path. */
function shownPath(req: Request): string {
  if (plainPath.test(req.originalUrl)) return req.originalUrl
  const url = URL.parse(req.originalUrl, 'http://own.invalid')
  if (!url || !req.originalUrl.startsWith('/') || req.originalUrl.startsWith('//')) return '/'
  url.searchParams.delete('lang')
  url.searchParams.delete('theme')
  return `${url.pathname}${url.search}`
}

const yearMs = 365 * msPerDay

export interface LocaleOptions {
  readonly fallback: Locale
  readonly https: boolean
}

/** Security: A language link changes the page and the cookie, never the account. */
export function localeMiddleware({ fallback, https }: LocaleOptions): RequestHandler {
  const name = cookieName(https, 'lang')
  return (req, res, next) => {
    const { locale, remember } = chooseLocale({
      asked: req.query.lang,
      cookie: req.cookies?.[name],
      account: ownerOf(req)?.locale,
      acceptLanguage: req.headers['accept-language'],
      fallback,
    })
    req.locale = locale
    if (remember)
      res.cookie(name, locale, {
        maxAge: yearMs,
        sameSite: 'lax',
        secure: https,
        httpOnly: true,
        path: '/',
      })
    next()
  }
}

export const localeOr = (value: string, fallback: Locale): Locale =>
  isLocale(value) ? value : fallback
