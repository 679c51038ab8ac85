import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { findStop } from './store.ts'

export const isStopped = async (
  db: Db | Trx,
  keyring: Keyring,
  canonical: string,
): Promise<boolean> => (await findStop(db, keyring, canonical)) !== undefined
