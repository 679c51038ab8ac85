// Judges a registration form without a look at existing accounts.
import type { PasswordSettings } from '#server/accounts/password/settings.ts'
import {
  LOGIN_MAX,
  ownDomain,
  type ParsedLoginName,
  parseLoginName,
  splitTypedAddress,
} from '#server/core/identifiers/login-name.ts'
import { writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { transliterate } from '#server/core/identifiers/transliterate.ts'
import { judgePassword, type PasswordLimits } from '#server/core/passwords/password-policy.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'

export interface JudgingParts {
  readonly serviceWords: readonly string[]
  readonly settings: Pick<KitSettings & PasswordSettings, 'mailDomains' | 'passwordMin'>
  readonly passwordLimits: PasswordLimits | undefined
}

export interface RegistrationForm {
  /** A name, or a whole address of ours. */
  readonly login: string
  /** Empty if the portal has one domain. */
  readonly domain: string
  readonly password: string
}

export interface WantedName {
  readonly login: string
  readonly lookAlikeKey: string
  readonly domain: string
}

export interface WantedAccount extends WantedName {
  readonly password: string
}

/** What the form shows again: the name without a domain that was read off it. */
export interface ShownName {
  readonly login: string
  readonly domain: string
}

export type JudgedRegistration =
  | { readonly kind: 'ok'; readonly wanted: WantedAccount; readonly shown: ShownName }
  | {
      readonly kind: 'refused'
      readonly refusals: readonly FormError[]
      readonly shown: ShownName
      readonly name?: WantedName | undefined
      /** A name in Latin letters for a refused one. */
      readonly proposal?: WantedName | undefined
    }

/** Reports all faults of the form at once. @param locale helps to read a name in Cyrillic */
export function judgeRegistration(
  parts: JudgingParts,
  form: RegistrationForm,
  locale: string,
): JudgedRegistration {
  const { serviceWords } = parts
  const address = readAddress(form, parts.settings.mailDomains)
  const { domain, shown } = address
  const parsed = parseLoginName(shown.login, { serviceWords })
  const name = parsed.kind === 'ok' && domain ? nameOf(parsed, domain) : undefined
  const judged = judgePassword(form.password, {
    minLength: parts.settings.passwordMin,
    login: name?.login ?? null,
    address: name ? addressOf(name.login, name.domain) : null,
    serviceWords,
    limits: parts.passwordLimits,
  })
  if (name && !address.refusal && judged.kind === 'ok')
    return { kind: 'ok', wanted: { ...name, password: judged.password }, shown }
  const refusals: FormError[] = []
  if (address.refusal?.field === 'login') refusals.push(address.refusal)
  else if (parsed.kind === 'refused') refusals.push({ field: 'login', reason: parsed.reason })
  if (address.refusal?.field === 'domain') refusals.push(address.refusal)
  if (judged.kind === 'refused') refusals.push({ field: 'password', reason: judged.reason })
  if (name && !address.refusal) return { kind: 'refused', refusals, shown, name }
  const proposal = proposeName(shown.login, address.home, locale, serviceWords)
  return { kind: 'refused', refusals, shown, proposal }
}

interface ReadAddress {
  readonly domain: string | undefined
  /** The domain of a proposal. */
  readonly home: string | undefined
  readonly shown: ShownName
  readonly refusal?: FormError
}

function readAddress(form: RegistrationForm, mailDomains: readonly string[]): ReadAddress {
  const own = (typed: string) => ownDomain(typed, mailDomains)
  const split = splitTypedAddress(form.login)
  const chosen = form.domain === '' ? mailDomains[0] : own(form.domain)
  const home = chosen ?? mailDomains[0]
  if (split?.domain) {
    const domain = own(split.domain)
    const shown = { login: split.local, domain: domain ?? form.domain }
    if (domain) return { domain, home: domain, shown }
    const login = form.login
    return { domain, home, shown: { ...shown, login }, refusal: foreign(mailDomains) }
  }
  const shown = { login: split?.local ?? form.login, domain: chosen ?? form.domain }
  if (chosen) return { domain: chosen, home, shown }
  return { domain: chosen, home, shown, refusal: { field: 'domain', reason: 'unknown' } }
}

const foreign = (mailDomains: readonly string[]): FormError => ({
  field: 'login',
  reason: 'foreign-domain',
  params: { own: mailDomains.map((each) => `@${writeDomain(each)}`).join(', ') },
})

const nameOf = (parsed: Extract<ParsedLoginName, { kind: 'ok' }>, domain: string): WantedName => ({
  login: parsed.login,
  lookAlikeKey: parsed.lookAlikeKey,
  domain,
})

function proposeName(
  typed: string,
  domain: string | undefined,
  locale: string,
  serviceWords: readonly string[],
): WantedName | undefined {
  const local = splitTypedAddress(typed)?.local ?? ''
  const written = transliterate(local, locale)?.slice(0, LOGIN_MAX)
  const parsed = parseLoginName(written?.replace(/[._-]+$/, ''), { serviceWords })
  return parsed.kind === 'ok' && domain ? nameOf(parsed, domain) : undefined
}
