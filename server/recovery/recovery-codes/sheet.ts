// The codes of a printed sheet.
import { hashToken } from '#server/core/keys/secrets.ts'
import { newTypedCode, parseTypedCode } from '#server/core/keys/typed-code.ts'

const signs = 24
export const codesOnSheet = 5

// Security: A printed code has over 112 random bits, so no limit on tries can keep its owner out.
const newCode = (): string => newTypedCode(signs)

export const newSheet = (): string[] => Array.from({ length: codesOnSheet }, newCode)

/** Null for what is no code of a sheet. */
export const parseSheetCode = (raw: string): string | null => parseTypedCode(raw, signs)

// Security: Only digests of printed codes are kept.
export const digestOfCode = (code: string): Buffer => hashToken(`recovery-codes ${code}`)
