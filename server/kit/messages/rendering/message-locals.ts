// Turns checked parameters into the words, links and moments of message views.

import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import type { Formats } from '#server/kit/i18n/format.ts'
import type { Locale, Texts } from '#server/kit/i18n/texts.ts'
import type { MessageRow } from '../catalogue.ts'

export interface LocalsOptions {
  readonly texts: Texts
  readonly formats: Readonly<Record<Locale, Formats>>
  readonly serviceName: string
  /** Every link begins with it, never with a host that a request names. */
  readonly baseUrl: string
  readonly undoDays: number
  readonly mailDomains?: readonly string[]
}

interface AnyParams {
  readonly mailbox?: string
  readonly place?: string
  readonly device?: string
  readonly [field: string]: unknown
}

/** The `select` clauses of texts allow no hyphen in a word. */
const select = (word: unknown) => (typeof word === 'string' ? word.replaceAll('-', '') : word)

// Security: A message to a contact shows only a part of the mailbox's name.
export function maskMailbox(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, Math.min(2, at - 1))}…${address.slice(at)}`
}

type Locals = Record<string, unknown>

function addLinks(locals: Locals, { links = {} }: MessageRow, baseUrl: string): void {
  const given = { ...locals }
  for (const [name, link] of Object.entries(links)) {
    if (typeof link === 'string') {
      locals[name] = baseUrl + link
      continue
    }
    const [path, field] = link
    // Security: Links are built from BASE_URL, and views never get the bare token.
    delete locals[field]
    if (given[field]) locals[name] = `${baseUrl}${path}${given[field]}`
  }
}

function addMoments(locals: Locals, { moments = [] }: MessageRow, { dateTime }: Formats): void {
  for (const field of ['at', 'expiresAt', ...moments])
    if (locals[field]) locals[field] = dateTime(new Date(String(locals[field])))
}

export function createMessageLocals(options: LocalsOptions) {
  const { texts, formats, baseUrl, serviceName, undoDays, mailDomains = [] } = options

  function wordsForPlace(place: string, locale: Locale): string {
    if (place === '') return texts.t(locale, 'messages.shared.notKnown')
    if (place.endsWith('…')) return texts.t(locale, 'messages.shared.network', { network: place })
    return formats[locale].place(place)
  }

  function factsOf(params: AnyParams, at: string | undefined, locale: Locale): [string, string][] {
    const t = texts.in(locale)
    const facts: [string, string][] = []
    if (at) facts.push([t('messages.shared.when'), at])
    if (params.place !== undefined)
      facts.push([t('messages.shared.where'), wordsForPlace(params.place, locale)])
    if (params.device) facts.push([t('messages.shared.device'), params.device])
    return facts
  }

  /** @param to the reader: only the mailbox itself reads its whole name */
  return function messageLocals(
    row: MessageRow,
    params: AnyParams,
    locale: Locale,
    to: string,
  ): Locals {
    const locals: Locals = {
      ...params,
      ...row.derive?.(params, { undoDays }),
      t: texts.in(locale),
      locale,
      theme: { name: serviceName },
      baseUrl,
    }
    addLinks(locals, row, baseUrl)
    addMoments(locals, row, formats[locale])
    for (const field of row.words ?? []) locals[field] = select(locals[field])
    const { mailbox } = params
    if (mailbox) {
      const written = writeAddress(mailbox, mailDomains)
      locals.mailbox = mailbox === to ? written : maskMailbox(written)
    }
    locals.facts = factsOf(params, locals.at as string | undefined, locale)
    return locals
  }
}
