import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '../accounts/change-account.ts'

export interface NewPassword {
  /** The password itself, for mail platforms that take no argon2id hash. */
  readonly plain: string
  /** The argon2id verifier that the portal keeps. */
  readonly verifier: string
}

export interface PasswordSet {
  readonly accountId: string
  readonly password: NewPassword
  readonly at: Date
  /** `owner`: by somebody who knows the old password. `recovery`: by any other proof. */
  readonly by: 'owner' | 'recovery'
}

export interface SignOut {
  readonly accountId: string
  readonly at: Date
  readonly withMailPrograms: boolean
}

/** What a mail platform shuts: nothing, sending, mail programs as well, or everything. */
export type Suspension = 'none' | 'send' | 'login' | 'all'

export interface Block {
  readonly accountId: string
  readonly at: Date
  readonly suspension: Suspension
  readonly beginsEpoch: boolean
  readonly endsSessions: boolean
  readonly forgetsDevices: boolean
  readonly revokesAppPasswords: boolean
  readonly holdsFilters: boolean
}

export interface Closing {
  readonly accountId: string
  readonly at: Date
}

/** A table whose rows are not for the owner, and why, in English. */
export interface Withheld {
  readonly withheld: string
}

/** Rows by table, without secrets, as the owner may have them. */
export type Exported = Readonly<Record<string, readonly object[] | Withheld>>

/** What a feature does when something happens to an account. `AccountTrx` holds its lock. */
export interface AccountLife {
  readonly recover: (trx: AccountTrx, set: PasswordSet) => Promise<void>
  /** The account is signed out everywhere, because a stranger may have been in. */
  readonly signOut: (trx: AccountTrx, signOut: SignOut) => Promise<void>
  readonly block: (trx: AccountTrx, block: Block) => Promise<void>
  /** Whether the account must not end for good yet. Absent: it never keeps one. */
  readonly keeps?: (trx: Trx, accountId: string) => Promise<boolean>
  /** The account ends for good. Afterwards no table holds a contact, a code or a verifier of it. */
  readonly close: (trx: AccountTrx, closing: Closing) => Promise<void>
  readonly export: (db: Db, accountId: string) => Promise<Exported>
  /** Moves up to `limit` values to the newest key. Returns how many it moved. */
  readonly rekey: (trx: Trx, limit: number) => Promise<number>
}

/** The answer of a feature that has nothing to do. The reason is for readers. */
export const nothing = (_because: string) => async (): Promise<void> => {}
export const exportsNothing = (_because: string) => async (): Promise<Exported> => ({})
export const withholds = (table: string, because: string) => async (): Promise<Exported> => ({
  [table]: { withheld: because },
})
export const noKeys = async (): Promise<number> => 0

/** Asks the features one by one, in the order of their list. */
export function joinLives(lives: () => readonly AccountLife[]): AccountLife {
  return {
    recover: async (trx, set) => {
      for (const life of lives()) await life.recover(trx, set)
    },
    signOut: async (trx, signOut) => {
      for (const life of lives()) await life.signOut(trx, signOut)
    },
    block: async (trx, block) => {
      for (const life of lives()) await life.block(trx, block)
    },
    keeps: async (trx, accountId) => {
      for (const life of lives()) if (await life.keeps?.(trx, accountId)) return true
      return false
    },
    close: async (trx, closing) => {
      for (const life of lives()) await life.close(trx, closing)
    },
    export: async (db, accountId) => {
      const all: Record<string, readonly object[] | Withheld> = {}
      for (const life of lives()) Object.assign(all, await life.export(db, accountId))
      return all
    },
    rekey: async (trx, limit) => {
      let moved = 0
      for (const life of lives()) if (moved < limit) moved += await life.rekey(trx, limit - moved)
      return moved
    },
  }
}
