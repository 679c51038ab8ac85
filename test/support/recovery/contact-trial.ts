// What tests of contacts below the pages share: a database, people, flows and counters.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Db } from '#db/connection.ts'
import { type AccountTrx, firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { insertAccount } from '#server/accounts/accounts/store.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import type { MethodFlow } from '#server/recovery/flow/recovery-method.ts'
import { insertFlow, type NewFlow } from '#server/recovery/flow/store.ts'
import { withoutLock } from '../account-lock.ts'
import { createTestDatabase } from '../database.ts'

const oldKey = 'test-key-0123456789abcdefghijklmnopqrstuv'
const newKey = 'next-key-0123456789abcdefghijklmnopqrstuv'
export const keyring = createKeyring([oldKey])
export const rotated = createKeyring([newKey, oldKey])
export const rotatedTwice = createKeyring([
  'third-key-0123456789abcdefghijklmnopqrstuv',
  newKey,
  oldKey,
])
/** Without the old key. */
export const onlyNew = createKeyring([newKey])

export const at = new Date('2026-11-22T12:00:00Z')
export const minutes = (count: number): Date => new Date(at.getTime() + count * 60_000)
/** Stands still. */
export const clock = { now: () => at }
export const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }

/** Allows for the real seconds that pass on a busy machine. */
export const isAbout = (actual: number | undefined, seconds: number): void =>
  assert.ok(
    actual !== undefined && actual <= seconds && actual > seconds - 15,
    `${actual} of ${seconds} s`,
  )

export interface FlowKeys extends Pick<NewFlow, 'tokenHash' | 'nameKey' | 'limitKey'> {
  readonly id: string
  readonly askerKey: string
}

export interface ContactTrial {
  readonly db: Db
  within<T>(work: (trx: AccountTrx) => Promise<T>): Promise<T>
  newAccount(locale?: string): Promise<string>
  newOwner(locale?: string): Promise<{ readonly id: string; readonly address: string }>
  /** Inserts a flow of the account that began at `at`; a decoy for null. */
  putFlow(accountId: string | null, more?: Partial<NewFlow>): Promise<FlowKeys>
  /** The same as a method sees it; a decoy for `nobody`. */
  newFlow(accountId: string): Promise<MethodFlow>
  /** Fills a counter. */
  fill(key: string, points: number, seconds?: number): Promise<unknown>
  /** Points by key. */
  counters(): Promise<Record<string, number>>
  /** The activity of the account, and its undo links with their readers. */
  newsOf(accountId: string): Promise<string[][]>
  stop(): Promise<void>
}

const flowWriter =
  (db: Db, within: ContactTrial['within']): ContactTrial['putFlow'] =>
  async (accountId, more = {}) => {
    const keys = {
      tokenHash: hashToken(newToken()),
      nameKey: newToken(),
      limitKey: newToken(),
      askerKey: newToken(),
    }
    const about = { locale: 'be', client, at, expiresAt: minutes(60) } as const
    const epoch = accountId === null ? null : firstEpoch
    await within((trx) =>
      insertFlow(trx, { ...keys, accountId, epoch, state: 'begun', ...about, ...more }),
    )
    const { id } = await db('recovery_flows').where({ token_hash: keys.tokenHash }).first('id')
    return { id, ...keys }
  }

export async function startContactTrial(): Promise<ContactTrial> {
  const database = await createTestDatabase()
  const { db } = database
  const within: ContactTrial['within'] = (work) => withoutLock(db, work)
  const newOwner: ContactTrial['newOwner'] = async (locale = 'be') => {
    const id = randomUUID()
    const address = `a${id.slice(0, 8)}@postern.example`
    await within((trx) =>
      insertAccount(trx, { id, address, passwordVerifier: 'x', locale, at: minutes(-60) }),
    )
    return { id, address }
  }
  const putFlow = flowWriter(db, within)
  return {
    db,
    within,
    stop: () => database.drop(),
    newOwner,
    newAccount: async (locale) => (await newOwner(locale)).id,
    putFlow,
    async newFlow(accountId) {
      const real = accountId === nobody ? null : accountId
      const { tokenHash: _, ...flow } = await putFlow(real, {
        locale: 'de',
        expiresAt: minutes(120),
      })
      return {
        ...flow,
        accountId,
        epoch: real ? firstEpoch : 0,
        shownAccountId: accountId,
        locale: 'de',
        client,
        begunAt: at,
        at,
      }
    },
    fill: async (key, points, seconds = 500) =>
      await db('rate_limits').insert({ key, points, expire: Date.now() + seconds * 1000 }),
    async counters() {
      const rows = await db('rate_limits').orderBy('key').select('key', 'points')
      return Object.fromEntries(rows.map(({ key, points }) => [key, points]))
    },
    async newsOf(accountId) {
      const events = await db('activity')
        .where({ account_id: accountId })
        .orderBy('id')
        .pluck('event')
      const undos = await db('undos').where({ account_id: accountId }).select('change', 'told')
      return [events, undos.map(({ change, told }) => `${change} ${told}`).sort()]
    },
  }
}

export const digest = (purpose: string, value: string): string =>
  keyring.digest(purpose, value).toString('base64url')
