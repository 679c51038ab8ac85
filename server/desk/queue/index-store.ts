// The key of the search index. The desk has its own, so that the index outlives a change of
// SECRET_KEYS.
import { createHmac, randomBytes } from 'node:crypto'
import type { Db, Trx } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const sealPurpose = 'abuse.index-key'

export type DigestPurpose = 'subject' | 'reporter' | 'duplicate' | 'letter' | 'campaign' | 'term'

export interface DeskIndex {
  /** HMAC-SHA-256 of a value in its one spelling. Nobody guesses the value without the key. */
  digest(purpose: DigestPurpose, value: string): Promise<Buffer>
  /** For each value the start of its digest: 8 bytes as the number in `abuse_search.terms`. */
  terms(values: readonly string[]): Promise<string[]>
}

interface IndexParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly clock: Clock
}

export function createDeskIndex(parts: IndexParts): DeskIndex {
  let loading: Promise<Buffer> | undefined
  const key = () => {
    loading ??= loadKey(parts).catch((fault) => {
      loading = undefined
      throw fault
    })
    return loading
  }
  const hmac = (under: Buffer, purpose: DigestPurpose, value: string) =>
    createHmac('sha256', under).update(`${purpose}\n${value}`, 'utf8').digest()
  return {
    digest: async (purpose, value) => hmac(await key(), purpose, value),
    async terms(values) {
      const under = await key()
      return [...new Set(values)].map((value) =>
        String(hmac(under, 'term', value).readBigInt64BE()),
      )
    },
  }
}

/** If two processes start at once, one makes the key and both use it. */
async function loadKey({ db, keyring, clock }: IndexParts): Promise<Buffer> {
  const fresh = keyring.seal(sealPurpose, randomBytes(32).toString('base64url'))
  await db('abuse_index_keys')
    .insert({
      id: 1,
      key_sealed: fresh,
      key_id: keyring.newestKeyId,
      made_at: clock.now(),
    })
    .onConflict('id')
    .ignore()
  const row = await db('abuse_index_keys')
    .where({
      id: 1,
    })
    .first('key_sealed')
  return Buffer.from(keyring.open(sealPurpose, row.key_sealed), 'base64url')
}

/** Seals the key of the index under the newest key of SECRET_KEYS. */
export async function rekeyDeskIndex(trx: Trx, keyring: Keyring): Promise<number> {
  const row = await trx('abuse_index_keys')
    .whereNot({ key_id: keyring.newestKeyId })
    .forUpdate()
    .first()
  if (!row) return 0
  const key_sealed = keyring.seal(sealPurpose, keyring.open(sealPurpose, row.key_sealed))
  await trx('abuse_index_keys')
    .where({
      id: 1,
    })
    .update({ key_sealed, key_id: keyring.newestKeyId })
  return 1
}
