export interface DescribedForm {
  /** `@domain`, shown after the field of the name. Empty if the portal has several domains. */
  readonly suffix: string
  /** The domains to choose from. Empty if the portal has one domain. */
  readonly domains: readonly { readonly value: string; readonly text: string }[]
  readonly suggestions: readonly { readonly name: string; readonly href: string }[]
}

/** @param domain the typed one, kept in the links of suggestions */
export function describeForm(
  mailDomains: readonly string[],
  domain = '',
  names: readonly string[] = [],
): DescribedForm {
  const [first, ...others] = mailDomains
  const isChoice = others.length > 0
  const keep = isChoice && domain ? `&domain=${encodeURIComponent(domain)}` : ''
  return {
    suffix: isChoice || !first ? '' : `@${first}`,
    domains: isChoice ? mailDomains.map((value) => ({ value, text: `@${value}` })) : [],
    suggestions: names.map((name) => {
      const href = `/register?login=${encodeURIComponent(name)}${keep}`
      return { name, href }
    }),
  }
}
