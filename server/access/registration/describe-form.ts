import { writeDomain } from '#server/core/identifiers/mail-domain.ts'

/** Why names are offered: the typed one is taken, or it is not in Latin letters. */
export interface OfferedNames {
  readonly why: 'free' | 'proposed' | 'proposedTaken'
  readonly names: readonly string[]
  /** The taken name in Latin letters. */
  readonly taken?: string
}

export interface DescribedForm {
  /** `@domain`, shown after the field of the name. Empty if the portal has several domains. */
  readonly suffix: string
  /** The domains to choose from. Empty if the portal has one domain. */
  readonly domains: readonly { readonly value: string; readonly text: string }[]
  readonly offer: {
    readonly why: OfferedNames['why']
    readonly taken: string
    readonly names: readonly { readonly name: string; readonly href: string }[]
  } | null
}

/** @param domain the typed one, kept in the links of offered names */
export function describeForm(
  mailDomains: readonly string[],
  domain = '',
  offered?: OfferedNames,
): DescribedForm {
  const [first, ...others] = mailDomains
  const isChoice = others.length > 0
  const keep = isChoice && domain ? `&domain=${encodeURIComponent(domain)}` : ''
  const names = (offered?.names ?? []).map((name) => {
    const href = `/register?login=${encodeURIComponent(name)}${keep}`
    return { name, href }
  })
  const written = (value: string) => `@${writeDomain(value)}`
  return {
    suffix: isChoice || !first ? '' : written(first),
    domains: isChoice ? mailDomains.map((value) => ({ value, text: written(value) })) : [],
    offer:
      offered && names.length > 0 ? { why: offered.why, taken: offered.taken ?? '', names } : null,
  }
}
