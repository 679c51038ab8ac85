import { randomInt } from 'node:crypto'

/** Crockford's alphabet: no letter sounds or looks like a digit. */
export const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const letters = (count: number) =>
  Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('')

/** The public name of a report or an appeal, such as `R-7K3M-9QXA`. It is no secret. */
export const newReference = (kind: 'R' | 'A'): string => `${kind}-${letters(4)}-${letters(4)}`
