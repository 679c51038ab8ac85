// What stays true of contacts, whatever people do with them and in any order.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  type AccountTrx,
  changeAccount,
  firstEpoch,
} from '#server/accounts/accounts/change-account.ts'
import { insertAccount } from '#server/accounts/accounts/store.ts'
import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'
import { parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import {
  findBackupAddress,
  putBackupAddress,
  removeBackupAddress,
} from '#server/recovery/backup-address/store.ts'
import { findPhone, putPhone, removePhone } from '#server/recovery/phone/store.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'

const keyring = createKeyring(['test-key-0123456789abcdefghijklmnopqrstuv'])
const at = new Date('2026-11-22T12:00:00Z')
let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.drop())

const underLock = <T>(accountId: string, work: (trx: AccountTrx) => Promise<T>) =>
  changeAccount(database.db, { accountId, epoch: firstEpoch }, work)

async function newAccounts(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  await database.db.transaction(async (trx) => {
    for (const id of ids)
      await insertAccount(trx, {
        id,
        address: `a${id}@postern.example`,
        passwordVerifier: 'x',
        locale: 'en',
        at,
      })
  })
  return ids
}

interface Kind {
  readonly table: string
  readonly kind: string
  /** Which of four things `spelling` means. */
  readonly spellings: readonly (readonly string[])[]
  canonical(spelling: string): string
  put(accountId: string, spelling: string): Promise<'put' | 'taken'>
  remove(accountId: string): Promise<string | undefined>
  find(accountId: string): Promise<string | undefined>
}

const phoneOf = (typed: string) => {
  const parsed = parsePhoneNumber(typed, { defaultCountry: 'BY' })
  assert.ok(parsed.kind === 'ok', typed)
  return parsed.e164
}
const addressOf = (typed: string) => {
  const parsed = parseEmailAddress(typed, { ownDomains: ['postern.example'] })
  assert.ok(parsed.kind === 'ok', typed)
  return parsed
}
const moments = { confirmedAt: at, provenAt: at, at }

const kinds: readonly Kind[] = [
  {
    table: 'phones',
    kind: 'phone',
    spellings: ['291110001', '291110002', '331110003', '441110004'].map((digits) => [
      `+375${digits}`,
      `80${digits}`,
      `00375 ${digits}`,
      `8 (0${digits.slice(0, 2)}) ${digits.slice(2, 5)}-${digits.slice(5, 7)}-${digits.slice(7)}`,
    ]),
    canonical: phoneOf,
    put: async (accountId, typed) =>
      (
        await underLock(accountId, (trx) =>
          putPhone(trx, keyring, { accountId, e164: phoneOf(typed), ...moments }),
        )
      ).kind,
    remove: async (accountId) =>
      (await underLock(accountId, (trx) => removePhone(trx, keyring, accountId)))?.canonical,
    find: async (accountId) => (await findPhone(database.db, keyring, accountId))?.canonical,
  },
  {
    table: 'backup_addresses',
    kind: 'backup-address',
    spellings: ['anna.k', 'boris', 'c-d', 'e_f'].map((name) => [
      `${name}@gmail.com`,
      `${name.toUpperCase()}@GoogleMail.com`,
      `${name}+tag@gmail.com`,
      ` ${name[0]}.${name.slice(1).replace(/^\./, '')}@gmail.com.`,
    ]),
    canonical: (typed) => addressOf(typed).canonical,
    put: async (accountId, typed) => {
      const { address, canonical } = addressOf(typed)
      const wanted = { accountId, address, canonical, ...moments }
      return (await underLock(accountId, (trx) => putBackupAddress(trx, keyring, wanted))).kind
    },
    remove: async (accountId) =>
      (await underLock(accountId, (trx) => removeBackupAddress(trx, keyring, accountId)))
        ?.canonical,
    find: async (accountId) =>
      (await findBackupAddress(database.db, keyring, accountId))?.canonical,
  },
]

/** Every claim has its contact and every contact its claim. The primary key ensures the rest. */
async function assertWhole({ table, kind }: Kind): Promise<void> {
  const { rows } = await database.db.raw(
    `select coalesce(c.account_id, t.account_id) from (select * from claims where kind = ?) c
     full join ${table} t on t.account_id = c.account_id
     where c.account_id is null or t.account_id is null
     union all
     select account_id from claims where kind = ? group by account_id having count(*) > 1`,
    [kind, kind],
  )
  assert.deepEqual(rows, [])
}

for (const kind of kinds) {
  const change = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('put', 'put', 'put', 'remove'),
    thing: fc.nat(3),
    spelling: fc.nat(3),
  })

  test(`${kind.table}: a thousand spellings stay unique in any order of changes`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 10, maxLength: 25 }), async (changes) => {
        const accounts = await newAccounts(3)
        const model = new Map<string, string>()
        for (const { who, what, thing, spelling } of changes) {
          const accountId = accounts[who] ?? ''
          if (what === 'remove') {
            assert.equal(await kind.remove(accountId), model.get(accountId))
            model.delete(accountId)
            continue
          }
          const typed = kind.spellings[thing]?.[spelling] ?? ''
          const canonical = kind.canonical(typed)
          const heldElsewhere = [...model].some(
            ([owner, value]) => owner !== accountId && value === canonical,
          )
          assert.equal(await kind.put(accountId, typed), heldElsewhere ? 'taken' : 'put')
          if (!heldElsewhere) model.set(accountId, canonical)
        }
        for (const accountId of accounts) {
          assert.equal(await kind.find(accountId), model.get(accountId))
          await kind.remove(accountId)
        }
        await assertWhole(kind)
      }),
      { numRuns: 30 },
    )
  })

  test(`${kind.table}: eight mailboxes at once share and half link no contact`, async () => {
    const accounts = await newAccounts(8)
    await Promise.all(
      accounts.map(async (accountId, who) => {
        for (let round = 0; round < 20; round++) {
          const turn = who * 7 + round * 5
          if (turn % 6 === 0) await kind.remove(accountId)
          else await kind.put(accountId, kind.spellings[turn % 4]?.[round % 4] ?? '')
        }
      }),
    )
    await assertWhole(kind)
    for (const accountId of accounts) await kind.remove(accountId)
    await assertWhole(kind)
    assert.equal((await database.db('claims').where({ kind: kind.kind })).length, 0)
  })
}
