// PostgreSQL stores no NUL. Half a surrogate pair has no form in UTF-8, so that two different texts
// could be stored as the same.
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

/** Drops blanks and the invisible marks that address books paste around names and numbers. */
export function trimPasted(value: string): string {
  return value.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')
}
