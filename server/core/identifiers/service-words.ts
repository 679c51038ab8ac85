/**
 * The words by which people know this service: its mail domains' own labels, `provider` for `provider.example`. They are no
 * password and no login name.
 * @param mailDomains as A-labels or Unicode, lower or upper case.
 */
export function serviceWordsOf(mailDomains: readonly string[]): string[] {
  const words = mailDomains.flatMap((domain) => domain.toLowerCase().split('.').slice(0, -1))
  // Three letters occur inside ordinary words; they would refuse more than they protect.
  return [...new Set(['postern', ...words])].filter((word) => word.length >= 4)
}
