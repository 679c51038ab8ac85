// What the abuse desk is made of.
import type { Db, Trx } from '#db/connection.ts'
import type { Settings } from '../config.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keyring.ts'
import type { Limits } from '../web/limits.ts'
import type { Log } from '../web/log.ts'
import type { DeskIndex } from './index-store.ts'
import type { LetterReader } from './letter-reader.ts'
import type { ProvenanceParts } from './provenance.ts'

export interface DeskParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: Settings
  readonly log: Log
  readonly limits: Limits
  readonly index: DeskIndex
  readonly reader: LetterReader
  readonly provenance: ProvenanceParts
  /** Proven contacts of an account, for telling its holder. */
  readonly contactsOf: (on: Db | Trx, accountId: string) => Promise<readonly Pick<LinkedContact, 'kind' | 'value'>[]>
  /** Ends every app password of an account; absent on platforms that have none. */
  readonly revokeAppPasswords?: (on: Db, accountId: string) => Promise<void>
}
