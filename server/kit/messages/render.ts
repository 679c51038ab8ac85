import type { Locale } from '#server/kit/i18n/texts.ts'
import type { ThemeColours } from '#server/kit/pages/theme-colours.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { createMessageLocals, type LocalsOptions } from './message-locals.ts'
import { countSmsSegments } from './sms/sms-length.ts'

export interface MailContent {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** By which the reader ends such letters, by hand or by the mail program's own button (RFC 2369, RFC 8058). */
  readonly unsubscribe?: string
}

export interface RenderMessage {
  /** Host of the portal: the end of Message-IDs, and what a code in an SMS is bound to. */
  readonly host: string
  mail(name: string, params: object, locale: Locale, to: string): MailContent
  sms(name: string, params: object, locale: Locale, to: string): string
}

export interface RenderOptions extends LocalsOptions {
  /** Folders with a `mail` folder in it; the first that has a view wins. */
  readonly viewRoots: readonly string[]
  /** Those of the pages, so that pages and mails look as one family. */
  readonly colours: ThemeColours
  /** Off in development: an edit of a view shows in the next message. */
  readonly cacheViews: boolean
}

export function createMessageRendering(options: RenderOptions): RenderMessage {
  const { texts, baseUrl } = options
  const html = createViewEngine({ roots: options.viewRoots, cache: options.cacheViews })
  const plain = createViewEngine({
    roots: options.viewRoots,
    cache: options.cacheViews,
    escape: (value) => String(value ?? ''),
  })
  const localsOf = createMessageLocals(options)
  const host = new URL(baseUrl).hostname

  return {
    host,
    mail(name, params, locale, to) {
      const locals = localsOf({ ...params }, locale, to)
      // Security: a subject is one line, whatever went into it.
      const subject = plain
        .renderPart(`messages/${name}/subject`, locals)
        .replace(/\s+/g, ' ')
        .trim()
      return {
        subject,
        text: plain.render(`messages/${name}/text`, locals, 'messages/layout/text'),
        html: html.render(
          `messages/${name}/html`,
          { ...locals, subject, ...options.colours },
          'messages/layout/html',
        ),
        ...(typeof locals.stopLink === 'string' ? { unsubscribe: locals.stopLink } : {}),
      }
    },
    sms(name, params, locale, to) {
      const locals = localsOf({ ...params }, locale, to)
      const write = (variant: string) =>
        texts.t(locale, `messages.${name}.${variant}`, smsParams(locals))
      const code = locals.code
      if (!code) return write('sms')
      // WICG "origin-bound one-time codes": phones fill the code in on this host alone.
      const bound = `\n@${host} #${code}`
      const longest = [write('sms'), write('smsShort')].find(
        (text) => countSmsSegments(text + bound) === 1,
      )
      return (longest ?? code) + bound
    },
  }
}

function smsParams(locals: Record<string, unknown>): Record<string, string> {
  const { code, method, power } = locals
  return {
    link: String(locals.shortLink),
    ...(code ? { code: String(code) } : {}),
    power: String(power),
    ...(method ? { method: String(method) } : {}),
  }
}
