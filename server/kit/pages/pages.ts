// Shows a page: chooses the language, adds what every page needs, renders, sends.

import type { Request, RequestHandler, Response } from 'express'
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
import type { ViewEngine, ViewLocals } from './view-engine.ts'

declare module 'express-serve-static-core' {
  interface Request {
    locale: Locale
  }
}

export interface Page {
  /** The id of the contract: `<main data-page>`. Its title is the text `<id>.title`. */
  readonly id: string
  readonly view: string
  /** The frame around it; `layouts/page` by default. */
  readonly layout?: string
  readonly status?: number
  readonly locals?: ViewLocals
  /** A form is refused with 422 and shown again. */
  readonly errors?: readonly FormError[]
  /** What was typed. Never a secret. */
  readonly values?: Readonly<Record<string, string>>
  /** Everybody who is not signed in sees the same under this path, but for the language and the token of its form. */
  readonly sameForAll?: boolean
  /** Id of the recovery that the page is a step of: its forms act in that one alone. */
  readonly flow?: string
}

export interface Pages {
  show(req: Request, res: Response, page: Page): void
  /** The texts of the person's language. */
  textsFor(req: Request): Translate
  formatsFor(req: Request): Formats
}

export interface PageParts {
  readonly views: ViewEngine
  readonly texts: Texts
  readonly theme: Theme
  readonly timeZone: string
  /** Where there is one, pages that are the same for all are kept there. */
  readonly kept?: KeptPages | undefined
}

export function createPages({ views, texts, theme, timeZone, kept }: PageParts): Pages {
  const formats = createFormats(timeZone)
  return {
    show(req, res, page) {
      const { locale } = req
      const owner = ownerOf(req)
      const html = (csrfToken: string) => {
        const frame = createFrame({
          t: texts.in(locale),
          locale,
          formats: formats[locale],
          theme,
          pageId: page.id,
          path: shownPath(req),
          csrfToken,
          account: owner ? { address: owner.address } : null,
          errors: page.errors,
          values: page.values,
        })
        return views.render(page.view, { ...frame, ...page.locals }, page.layout)
      }
      res.statusCode = page.status ?? (page.errors && page.errors.length > 0 ? 422 : 200)
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.setHeader('Content-Language', locale)
      const token = req.formToken?.(page.flow) ?? ''
      // Security: a page that is the same for all holds nothing of anybody: the path is the route's own, nobody is signed in.
      const isSame = page.sameForAll === true && !owner && req.originalUrl === req.route?.path
      if (kept && isSame)
        return kept.send(res, `${locale} ${page.id} ${req.originalUrl}`, token, html)
      const text = html(token)
      res.setHeader('Content-Length', Buffer.byteLength(text))
      // As text: Node sends it with the headers in one piece, bytes it would send in a second one.
      res.end(text)
    },
    textsFor: (req) => texts.in(req.locale),
    formatsFor: (req) => formats[req.locale],
  }
}

/** What needs no parsing: most pages. */
const plainPath = /^(?:\/[\w-]+)+$/

/** The page's own address without `lang`, for the language switch. Security: a token in the path is never repeated in a page. */
function shownPath(req: Request): string {
  if (plainPath.test(req.originalUrl)) return req.originalUrl
  const url = URL.parse(req.originalUrl, 'http://own.invalid')
  if (!url || !req.originalUrl.startsWith('/') || req.originalUrl.startsWith('//')) return '/'
  url.searchParams.delete('lang')
  return `${url.pathname}${url.search}`
}

const yearMs = 365 * msPerDay

export interface LocaleOptions {
  readonly fallback: Locale
  readonly https: boolean
}

/**
 * Chooses the language of the request, and keeps the one that `?lang=` asks for in the browser.
 * Security: a link that somebody follows changes no account: the language of warning letters stays the account's own.
 */
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
