export function serviceWordsOf(mailDomains: readonly string[]): string[] {
  const words = mailDomains.flatMap((domain) => domain.toLowerCase().split('.').slice(0, -1))
  // Three letters occur inside ordinary words.
  return [...new Set(['postern', ...words])].filter((word) => word.length >= 4)
}
