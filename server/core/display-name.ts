// The name that owners give themselves.

const longest = 60

export type JudgedName =
  | { readonly kind: 'ok'; readonly name: string | null }
  | { readonly kind: 'refused'; readonly reason: 'too-long' | 'characters' }

/** Letters of any script, in words. A full stop ends a word, so that no name is a link. */
const words = /^[\p{L}][\p{L}\p{M}]*(?:['’ʼ-]?[\p{L}\p{M}]+|\.(?=\s|$)|,?\s[\p{L}])*$/u

/** Security: A display name has no line break, no control character, no digit and no link. */
export function judgeDisplayName(typed: string): JudgedName {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(typed)) return { kind: 'refused', reason: 'characters' }
  const name = typed.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (name === '') return { kind: 'ok', name: null }
  if ([...name].length > longest) return { kind: 'refused', reason: 'too-long' }
  return words.test(name) ? { kind: 'ok', name } : { kind: 'refused', reason: 'characters' }
}
