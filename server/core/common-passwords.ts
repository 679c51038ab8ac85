import common from '@zxcvbn-ts/language-common'

let known: Set<string> | null = null

export function isCommonPassword(password: string): boolean {
  known ??= new Set(common.dictionary['passwords-common'])
  return known.has(password.toLowerCase())
}
