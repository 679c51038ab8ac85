import { randomInt } from 'node:crypto'

/** Crockford's alphabet: no letter is taken for a digit when it is read over the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const letters = (count: number) =>
  Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('')

/** What people name a report or an appeal by, such as `R-7K3M-9QXA`: 40 random bits, no secret. */
export const newReference = (kind: 'R' | 'A'): string => `${kind}-${letters(4)}-${letters(4)}`
