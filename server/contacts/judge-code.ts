import type { Db } from '#db/connection.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keyring.ts'
import { parseCode, sameSecret } from '../core/secrets.ts'
import type { Contact, ContactKind } from './contact.ts'
import { countConfirmationTry, digestOfTypedCode } from './store.ts'

export interface JudgeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: { readonly limitCodeTries: number }
}

export type JudgedCode =
  | { readonly kind: 'right'; readonly contact: Contact; readonly digest: Buffer }
  /** Reasons of the field `code`. */
  | { readonly kind: 'refused'; readonly reason: 'missing' | 'shape' | 'wrong' | 'dead' }

const refused = (reason: Extract<JudgedCode, { kind: 'refused' }>['reason']): JudgedCode => ({
  kind: 'refused',
  reason,
})

/** Judges a typed code; the right one is still to be spent. What cannot be a code is no try. */
export async function judgeCode(
  parts: JudgeParts,
  about: { readonly accountId: string; readonly kind: ContactKind; readonly typed: string },
): Promise<JudgedCode> {
  const { db, clock, keyring, settings } = parts
  const { accountId, kind, typed } = about
  if (typed.trim() === '') return refused('missing')
  const code = parseCode(typed, 6)
  if (code === null) return refused('shape')
  const counting = { accountId, kind, at: clock.now(), triesAllowed: settings.limitCodeTries }
  const counted = await countConfirmationTry(db, keyring, counting)
  if (!counted) return refused('dead')
  const digest = digestOfTypedCode(keyring, accountId, counted, code)
  if (!digest || !sameSecret(digest, counted.digest)) return refused('wrong')
  return { kind: 'right', contact: counted.contact, digest }
}
