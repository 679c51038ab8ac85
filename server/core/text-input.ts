/** What any text from a form must be before a rule looks at it. */

/** NUL cannot be stored by PostgreSQL; half a surrogate pair has no UTF-8, so two such texts could become one. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

/** Drops blanks and the invisible marks (direction, zero width) that address books paste around names and numbers. */
export function trimPasted(value: string): string {
  return value.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')
}
