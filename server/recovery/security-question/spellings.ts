/** Passwords that a person may have made from this answer: capitals count in passwords only. */
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
