import type { Db } from '#db/connection.ts'
import type { Account } from '../accounts/store.ts'
import { strengthenVerifier } from '../accounts/store.ts'
import type { PasswordHasher } from './hasher.ts'

/** Hashes a right password again if the settings are stricter now. */
export async function strengthenPassword(
  { db, hasher }: { readonly db: Db; readonly hasher: PasswordHasher },
  { id, passwordVerifier }: Account,
  password: string,
): Promise<void> {
  if (!hasher.needsRehash(passwordVerifier)) return
  await strengthenVerifier(db, id, passwordVerifier, await hasher.hash(password))
}
