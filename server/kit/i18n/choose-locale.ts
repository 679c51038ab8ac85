import { isLocale, type Locale } from './texts.ts'

export interface LocaleSources {
  readonly asked?: unknown
  readonly cookie?: unknown
  readonly account?: unknown
  readonly acceptLanguage?: string | undefined
  readonly fallback: Locale
}

export interface ChosenLocale {
  readonly locale: Locale
  /** Chosen by `?lang=`: a cookie must keep the choice. */
  readonly remember: boolean
}

export function chooseLocale(sources: LocaleSources): ChosenLocale {
  if (isLocale(sources.asked)) return { locale: sources.asked, remember: true }
  for (const wish of [sources.cookie, sources.account])
    if (isLocale(wish)) return { locale: wish, remember: false }
  return { locale: preferredLocale(sources.acceptLanguage) ?? sources.fallback, remember: false }
}

const LONGEST_HEADER = 400

/** Kept, because every page asks, and most browsers send one of few headers. */
const preferred = new Map<string, Locale | undefined>()
const KEPT_HEADERS = 500

function preferredLocale(header: string | undefined): Locale | undefined {
  if (!header || header.length > LONGEST_HEADER) return undefined
  if (preferred.has(header)) return preferred.get(header)
  const locale = readPreferred(header)
  if (preferred.size >= KEPT_HEADERS) preferred.clear()
  preferred.set(header, locale)
  return locale
}

/** The highest weight wins, then the first (RFC 9110, 12.5.4). */
function readPreferred(header: string): Locale | undefined {
  let best: Locale | undefined
  let bestWeight = 0
  for (const entry of header.split(',')) {
    const [range = '', ...parameters] = entry.split(';')
    const locale = range.trim().toLowerCase().split('-')[0]
    const weight = weightOf(parameters)
    if (isLocale(locale) && weight > bestWeight) {
      best = locale
      bestWeight = weight
    }
  }
  return best
}

function weightOf(parameters: readonly string[]): number {
  const weight = parameters
    .map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(parameter))
    .find(Boolean)
  if (weight) return Number(weight[1])
  return parameters.length > 0 ? 0 : 1
}
