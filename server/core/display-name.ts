// The name that owners give themselves.

const longest = 60

export type JudgedName =
  | { readonly kind: 'ok'; readonly name: string | null }
  | { readonly kind: 'refused'; readonly reason: 'too-long' | 'characters' }

const word = /\p{L}[\p{L}\p{M}]*(?:['’ʼ-][\p{L}\p{M}]+)*/u.source
/**
 * Letters of any script, in words. A full stop ends a word, so that no name is a link.
 * Security: No typed name keeps the portal busy.
 * A sign can be read in one way alone, so no search begins again.
 */
const words = new RegExp(`^${word}(?:[.,]?\\s${word})*\\.?$`, 'u')

/** Security: A display name has no line break, no control character, no digit and no link. */
export function judgeDisplayName(typed: string): JudgedName {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(typed)) return { kind: 'refused', reason: 'characters' }
  const name = typed.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (name === '') return { kind: 'ok', name: null }
  if ([...name].length > longest) return { kind: 'refused', reason: 'too-long' }
  return words.test(name) ? { kind: 'ok', name } : { kind: 'refused', reason: 'characters' }
}
