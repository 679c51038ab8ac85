// Turns checked parameters into the words, links and moments of message views.

import { msPerDay } from '#server/core/durations.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { Formats } from '#server/kit/i18n/format.ts'
import type { Locale, Texts } from '#server/kit/i18n/texts.ts'
import type { BrakeName } from './catalogue.ts'

export interface LocalsOptions {
  readonly texts: Texts
  readonly formats: Readonly<Record<Locale, Formats>>
  readonly serviceName: string
  /** Every link begins with it, never with a header of a request. */
  readonly baseUrl: string
  readonly undoDays: number
}

interface AnyParams {
  readonly mailbox?: string
  readonly method?: MethodId | 'undo'
  readonly outcome?: 'measure-taken' | 'no-breach' | 'not-ours' | 'not-enough'
  readonly brake?: BrakeName
  readonly what?: 'sign-in' | 'recovery'
  readonly undoPower?: 'restore' | 'new-password' | 'end-sessions'
  readonly place?: string
  readonly device?: string
  readonly [field: string]: unknown
}

const tokenLinks = {
  token: ['link', '/recover/link/'],
  undoToken: ['undoLink', '/undo/'],
  stopToken: ['stopLink', '/stop/'],
  appealToken: ['appealLink', '/appeal/'],
  progressToken: ['progressLink', '/report/progress/'],
} as const
const pages = {
  recoverLink: '/recover',
  recoveryLink: '/account/recovery',
  programsLink: '/help/mail-programs',
  accountLink: '/account',
  reportLink: '/report',
  sourceHelpLink: '/help/suspicious-letters#source',
}
/** Paths of links by the id that they end with; their pages ask for a sign-in. */
const rowLinks = { appealId: ['staffAppealLink', '/staff/appeals/'] } as const
const instants = ['at', 'until', 'expiresAt', 'takesEffectAt']

/** The select clauses of the texts allow no hyphen. */
const select = (word: string | undefined) => word?.replaceAll('-', '')

// Security: A message outside the mailbox shows only a part of its name.
export function maskMailbox(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, Math.min(2, at - 1))}…${address.slice(at)}`
}

type Locals = Record<string, unknown>

function addLinks(locals: Locals, params: AnyParams, baseUrl: string): void {
  for (const [name, path] of Object.entries(pages)) locals[name] = baseUrl + path
  for (const [field, [name, path]] of Object.entries(tokenLinks)) {
    // Security: Links are built from BASE_URL, and views never get the bare token.
    if (params[field]) locals[name] = baseUrl + path + params[field]
    delete locals[field]
  }
  for (const [field, [name, path]] of Object.entries(rowLinks))
    if (params[field]) locals[name] = baseUrl + path + params[field]
  locals.shortLink =
    locals.undoLink ??
    ('undoToken' in params ? locals.recoverLink : (locals.appealLink ?? locals.accountLink))
}

function addMoments(
  locals: Locals,
  params: AnyParams,
  { dateTime }: Formats,
  undoDays: number,
): void {
  for (const field of instants)
    if (params[field]) locals[field] = dateTime(new Date(String(params[field])))
  if (!params.at || !params.undoToken) return
  const at = Date.parse(String(params.at))
  locals.undoUntil = dateTime(new Date(at + undoDays * msPerDay))
}

function addChoices(locals: Locals, params: AnyParams): void {
  locals.power = params.undoToken ? select(params.undoPower) : 'none'
  locals.method = select(params.method)
  locals.outcome = select(params.outcome)
  locals.brake = select(params.brake)
  locals.what = select(params.what)
}

export function createMessageLocals(options: LocalsOptions) {
  const { texts, formats, baseUrl, serviceName, undoDays } = options

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

  /** @param to only the mailbox itself reads its whole name */
  return function messageLocals(params: AnyParams, locale: Locale, to: string): Locals {
    const locals: Locals = {
      ...params,
      t: texts.in(locale),
      locale,
      theme: { name: serviceName },
      baseUrl,
    }
    addLinks(locals, params, baseUrl)
    addMoments(locals, params, formats[locale], undoDays)
    addChoices(locals, params)
    const { mailbox } = params
    if (mailbox) locals.mailbox = mailbox === to ? mailbox : maskMailbox(mailbox)
    locals.facts = factsOf(params, locals.at as string | undefined, locale)
    return locals
  }
}
