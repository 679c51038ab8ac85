import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { parseCode, sameSecret } from '#server/core/keys/secrets.ts'
import type { Contact, ContactKind } from './contact.ts'
import { countConfirmationTry, digestOfTypedCode, findSpentConfirmation } from './store.ts'

export interface JudgeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: { readonly limitCodeTries: number }
}

export type JudgedCode =
  | { readonly kind: 'right'; readonly contact: Contact; readonly digest: Buffer }
  | {
      readonly kind: 'refused'
      readonly reason: 'missing' | 'shape' | 'wrong' | 'dead'
      readonly spentOn?: Contact
    }

type Refused = Extract<JudgedCode, { kind: 'refused' }>

const refused = (reason: Refused['reason']): Refused => ({ kind: 'refused', reason })

/** A right code stays unspent. A text that cannot be a code costs no try. */
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
  if (!counted) {
    const spent = await findSpentConfirmation(db, keyring, counting)
    const typedDigest = spent && digestOfTypedCode(keyring, accountId, spent, code)
    const isSame = spent && typedDigest && sameSecret(typedDigest, spent.digest)
    return isSame ? { ...refused('dead'), spentOn: spent.contact } : refused('dead')
  }
  const digest = digestOfTypedCode(keyring, accountId, counted, code)
  if (!digest || !sameSecret(digest, counted.digest)) return refused('wrong')
  return { kind: 'right', contact: counted.contact, digest }
}
