// PostgreSQL stores no NUL. Half a surrogate pair
// has no UTF-8: two texts could be stored as one.
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

/** Drops blanks and the invisible marks that address books paste. */
export function trimPasted(value: string): string {
  return value.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')
}
