/**
 * How a person may have written as a password what is typed as an answer now.
 * Security: capitals count in a password and not in an answer, so the usual ones are compared.
 */
export function spellingsOf(answer: string): Set<string> {
  const typed = answer.trim().normalize('NFC')
  const small = typed.toLowerCase()
  const [first = ''] = small
  return new Set([
    typed,
    small,
    first.toUpperCase() + small.slice(first.length),
    typed.toUpperCase(),
  ])
}
