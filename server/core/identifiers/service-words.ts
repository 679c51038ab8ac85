export function serviceWordsOf(mailDomains: readonly string[]): string[] {
  const words = mailDomains.flatMap((domain) => domain.toLowerCase().split('.').slice(0, -1))
  // A shorter word occurs inside ordinary words.
  return [...new Set(['postern', ...words])].filter((word) => word.length >= 4)
}
