import { romanise } from '#server/core/identifiers/transliterate.ts'
import { isTypedToken, writeTypedCode } from '#server/core/keys/typed-code.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import type { ThemeColours } from '#server/kit/pages/theme-colours.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { findRow, type MessageRow } from '../catalogue.ts'
import type { MessageParts } from '../send-message.ts'
import { countSmsSegments } from '../sms/sms-length.ts'
import { createMessageLocals, type LocalsOptions } from './message-locals.ts'

export interface MailContent {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The picture that the HTML names `cid:logo`. */
  readonly logo?: Buffer
  /** Link by which the reader stops such letters, also by the mail program's button (RFC 8058). */
  readonly unsubscribe?: string
}

export interface RenderMessage {
  /** The end of Message-IDs, and the host that codes in SMS are bound to. */
  readonly host: string
  /** @param greeted the reader's own name */
  mail(
    name: string,
    params: object,
    locale: Locale,
    to: string,
    greeted?: string,
  ): Promise<MailContent>
  sms(name: string, params: object, locale: Locale, to: string): Promise<string>
}

export interface RenderOptions extends LocalsOptions, Pick<MessageParts, 'loadMessages'> {
  /** Folders with a `messages` folder; the first that has a view wins. */
  readonly viewRoots: readonly string[]
  readonly colours: ThemeColours
  /** A PNG, for the head of mails. */
  readonly logo?: Buffer | undefined
  /** Off only by CACHE_VIEWS=off in development, so that edits show at once. */
  readonly cacheViews: boolean
  /** Whether an SMS may have a link. */
  readonly smsLinks: boolean
}

export function createMessageRendering(options: RenderOptions): RenderMessage {
  const { texts, baseUrl, loadMessages, serviceName, smsLinks, logo } = options
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
    async mail(name, params, locale, to, greeted) {
      const row = findRow(await loadMessages(), name)
      const greeting = greeted && texts.t(locale, 'messages.shared.greeting', { name: greeted })
      const locals = { ...localsOf(row, { ...params }, locale, to), greeting }
      const unsubscribe = (locals as Record<string, unknown>)[row.unsubscribe ?? '']
      // Security: A subject is one line, whatever went into it.
      const subject = plain
        .renderPart(`messages/${name}/subject`, locals)
        .replace(/\s+/g, ' ')
        .trim()
      return {
        subject,
        text: plain.render(`messages/${name}/text`, locals, 'messages/layout/text'),
        html: html.render(
          `messages/${name}/html`,
          { ...locals, subject, hasLogo: Boolean(logo), kind: row.kind, ...options.colours },
          'messages/layout/html',
        ),
        ...(logo ? { logo } : {}),
        ...(typeof unsubscribe === 'string' ? { unsubscribe } : {}),
      }
    },
    async sms(name, params, locale, to) {
      const row = findRow(await loadMessages(), name)
      const locals = localsOf(row, { ...params }, locale, to)
      const typed = smsLinks ? undefined : typedTokenOf(row, { ...params })
      const way = typed && { code: writeTypedCode(typed) }
      const given = smsParams(row, locals, way && texts.t(locale, 'messages.shared.smsCode', way))
      const write = (variant: string) =>
        `${serviceName}: ${texts.t(locale, `messages.${name}.${variant}`, given)}`
      const fitting = (variants: readonly string[], end = '') => {
        const written = variants.map(write)
        const latin = written.map((text) => romanise(text, locale))
        return [...written, ...latin].find((text) => countSmsSegments(text + end) === 1)
      }
      const code = locals.code
      if (!code) {
        const variant = row.links && (smsLinks || typed) ? 'smsLink' : 'sms'
        return fitting([variant]) ?? romanise(write(variant), locale)
      }
      // WICG "origin-bound one-time codes": phones fill in the code on this host alone.
      const bound = `\n@${host} #${code}`
      return (fitting(['sms', 'smsShort'], bound) ?? code) + bound
    },
  }
}

/** The token of a link, if it is short enough to be typed. */
const typedTokenOf = ({ links = {} }: MessageRow, params: Record<string, unknown>) =>
  Object.values(links)
    .flatMap((link) => (typeof link === 'string' ? [] : [params[link[1]]]))
    .find(isTypedToken)

/** @param way what stands in place of the link */
function smsParams(
  { links = {}, words = [] }: MessageRow,
  locals: Record<string, unknown>,
  way?: string,
): Record<string, string> {
  const link = way ?? Object.keys(links).flatMap((name) => locals[name] ?? [])[0]
  const shown = ['code', ...words].map((field) => [field, locals[field]])
  const given = [...shown, ['link', link]].filter(([, value]) => value)
  return Object.fromEntries(given.map(([field, value]) => [field, String(value)]))
}
