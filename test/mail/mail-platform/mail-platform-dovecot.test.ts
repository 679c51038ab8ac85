// The dovecot platform with a real directory, but without mail servers.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { connectDatabase } from '#db/connection.ts'
import { createDovecotPlatform } from '#server/mail/mail-platform/dovecot/platform.ts'
import type { PlatformError, WantedMailbox } from '#server/mail/mail-platform/mail-platform.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'

const minuteMs = 60_000
let now = Date.parse('2026-03-01T12:00:00Z')
const clock = { now: () => new Date(now) }

describeMailPlatform('dovecot, directory alone', async () => {
  const { db, drop } = await createTestDatabase()
  return { platform: createDovecotPlatform({ directory: db, clock, pageSize: 3 }), stop: drop }
})

const wantedFor = (login: string, change: Partial<WantedMailbox> = {}): WantedMailbox => ({
  accountId: randomUUID(),
  address: `${login}@postern.example`,
  revision: 1,
  password: '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaA',
  suspension: 'none',
  suspensionReason: null,
  quotaBytes: 1_000_000,
  mainPasswordOpensMail: true,
  aliases: [],
  ...change,
})

describe('mail directory', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())
  const platformWith = (days = 30) =>
    createDovecotPlatform({ directory: database.db, clock, quarantineDays: days, pageSize: 2 })

  it('the parameters of a verifier are stored in the order that Dovecot reads', async () => {
    const platform = platformWith()
    const wanted = wantedFor('order', {
      password: '$argon2id$v=19$m=19456,p=1,t=2$c29tZXNhbHQ$aGFzaA',
    })
    await platform.apply(wanted)
    const kept = await platform.observe(wanted.address)
    assert.equal(kept?.password, '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA')
  })

  it('a password that the directory refuses is quoted in no error', async () => {
    const platform = platformWith()
    const refusal = await platform
      .apply(wantedFor('plain', { password: 'correct horse battery' }))
      .catch((error) => error)
    assert.equal((refusal as PlatformError).kind, 'permanent')
    assert.doesNotMatch(
      JSON.stringify([refusal, refusal.cause, refusal.cause?.detail]),
      /correct horse/,
    )
    assert.equal(await platform.observe('plain@postern.example'), undefined)
  })

  it('a reason with a line break, which could forge a reply, is refused', async () => {
    const forged = wantedFor('forged', { suspension: 'all', suspensionReason: 'Blocked\r\n250 OK' })
    await assert.rejects(platformWith().apply(forged), { kind: 'permanent' })
  })

  it('a removed mailbox keeps its address until the purge and leaves no row after it', async () => {
    const platform = platformWith(30)
    const wanted = wantedFor('gone', { aliases: ['gone.alias@postern.example'] })
    await platform.apply(wanted)
    await platform.remove(wanted)
    await assert.rejects(platform.apply(wantedFor('gone')), { kind: 'permanent' })
    now += 29 * 24 * 60 * minuteMs
    assert.equal(await platform.purge(), 0)
    now += 2 * 24 * 60 * minuteMs
    assert.equal(await platform.purge(), 1)
    assert.equal((await platform.apply(wantedFor('gone'))).kind, 'applied')
    const left = await database
      .db('mail_directory.addresses')
      .where({ account_id: wanted.accountId })
    assert.deepEqual(left, [])
  })

  it('a call is tried again later while the directory is away', async () => {
    const nowhere = connectDatabase('postgres://postern:postern@127.0.0.1:1/postern', 1)
    const platform = createDovecotPlatform({ directory: nowhere, clock })
    await assert.rejects(platform.apply(wantedFor('away')), {
      name: 'PlatformError',
      kind: 'retry',
    })
    await nowhere.destroy()
  })

  it('a connection that breaks during a change leaves one mailbox and no error', async () => {
    const own = connectDatabase(database.url, 1)
    const platform = createDovecotPlatform({ directory: own, clock })
    const wanted = wantedFor('broken')
    await platform.apply(wanted)
    const { rows } = (await own.raw('select pg_backend_pid() as pid')) as {
      rows: [{ pid: number }]
    }
    const blocker = await database.db.transaction()
    await blocker.raw('lock table mail_directory.mailboxes in exclusive mode')
    const pending = platform.apply({ ...wanted, revision: 2 })
    await new Promise((done) => setTimeout(done, 200))
    await database.db.raw('select pg_terminate_backend(?)', [rows[0].pid])
    await blocker.rollback()
    assert.deepEqual(await pending, { kind: 'applied', revision: 2 })
    await own.destroy()
  })
})
