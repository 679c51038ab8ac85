// A doveadm that is slow, refuses or breaks off.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  createDovecotPlatform,
  type DovecotPlatform,
} from '#server/mail/mail-platform/dovecot/platform.ts'
import type { WantedMailbox } from '#server/mail/mail-platform/mail-platform.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { type FakeHttp, startFakeHttp } from '#test/support/mail-platform/fake-http.ts'
import { freePort } from '#test/support/ports.ts'

type Asked = readonly [name: string, parameters: Record<string, unknown>, tag: string]

describe('doveadm', () => {
  let database: TestDatabase
  let doveadm: FakeHttp
  let platform: DovecotPlatform
  let asked: string[]
  let exitCodes: Record<string, number>
  before(async () => {
    database = await createTestDatabase()
    doveadm = await startFakeHttp(({ body }) => ({
      body: (body as Asked[]).map(([name, , tag]) => {
        asked.push(name)
        const exitCode = exitCodes[name]
        return exitCode
          ? ['error', { type: 'exitCode', exitCode }, tag]
          : ['doveadmResponse', [], tag]
      }),
    }))
    platform = createDovecotPlatform({
      directory: database.db,
      doveadm: { url: doveadm.url, apiKey: 'key', timeoutMs: 300, lateSessionsMs: 1 },
      clock: { now: () => new Date() },
    })
  })
  after(async () => {
    await doveadm.stop()
    await database.drop()
  })
  beforeEach(() => {
    asked = []
    exitCodes = { kick: 68 }
  })

  const provision = async (): Promise<WantedMailbox> => {
    const accountId = randomUUID()
    const wanted: WantedMailbox = {
      accountId,
      address: `p${accountId}@postern.example`,
      revision: 1,
      quotaBytes: 1000,
      password: null,
      suspension: 'none',
      suspensionReason: null,
      mainPasswordOpensMail: true,
      aliases: [],
    }
    await platform.apply(wanted)
    return wanted
  }
  const everyCall = /POST/

  it('a new mailbox asks nothing of doveadm, so it is made while Dovecot is away', async () => {
    const wanted = await provision()
    assert.deepEqual(asked, [])
    await platform.endSessions('nobody@postern.example')
    assert.deepEqual(asked, [])
    const away = createDovecotPlatform({
      directory: database.db,
      doveadm: { url: `http://127.0.0.1:${await freePort()}`, apiKey: 'key' },
      clock: { now: () => new Date() },
    })
    await assert.rejects(away.endSessions(wanted.address), { name: 'PlatformError', kind: 'retry' })
  })

  it('the cache is flushed before sessions end, and only where a change needs it', async () => {
    const wanted = await provision()
    asked = []
    await platform.apply({ ...wanted, revision: 2, suspension: 'login' })
    assert.deepEqual(asked, ['authCacheFlush', 'kick', 'kick'])
    asked = []
    await platform.apply({ ...wanted, revision: 3, suspension: 'login', quotaBytes: 2000 })
    assert.deepEqual(asked, ['authCacheFlush'])
  })

  it('sessions end after the row has changed, and a repeated call ends those that are left', async () => {
    const wanted = await provision()
    const changed = { ...wanted, revision: 2, password: '$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA' }
    doveadm.accident(everyCall, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(changed), { name: 'PlatformError', kind: 'unknown' })
    assert.equal(
      (
        await database
          .db('mail_directory.mailboxes')
          .where({ account_id: wanted.accountId })
          .first()
      ).revision,
      '2',
    )
    asked = []
    assert.deepEqual(await platform.apply(changed), { kind: 'applied', revision: 2 })
    assert.deepEqual(asked, ['authCacheFlush', 'kick', 'kick'])
    asked = []
    await platform.apply(changed)
    assert.deepEqual(asked, ['authCacheFlush'], 'and never twice')
  })

  it('the outcome of a doveadm call that is not answered in time is unknown', async () => {
    const { address } = await provision()
    doveadm.accident(everyCall, { kind: 'slow', milliseconds: 600 })
    await assert.rejects(platform.endSessions(address), { name: 'PlatformError', kind: 'unknown' })
  })

  it('refused doveadm calls need an operator, failed ones another try', async () => {
    const { address } = await provision()
    doveadm.accident(everyCall, { kind: 'answer', answer: { status: 401 } })
    await assert.rejects(platform.endSessions(address), { kind: 'permanent' })
    doveadm.accident(everyCall, {
      kind: 'answer',
      answer: { body: [0, 1].map((tag) => ['error', { type: 'unAuthorized' }, `c${tag}`]) },
    })
    await assert.rejects(platform.endSessions(address), { kind: 'permanent' })
    exitCodes = { kick: 75 }
    await assert.rejects(platform.endSessions(address), { kind: 'retry' })
    doveadm.accident(everyCall, { kind: 'answer', answer: { status: 503 } })
    await assert.rejects(platform.endSessions(address), { kind: 'retry' })
    exitCodes = { kick: 68 }
    await platform.endSessions(address)
  })

  it('a doveadm answer of another kind or length counts as unknown', async () => {
    const { address } = await provision()
    for (const body of [{}, [], [['doveadmResponse', [], 'c0']]]) {
      doveadm.accident(everyCall, { kind: 'answer', answer: { body } })
      await assert.rejects(platform.endSessions(address), { kind: 'unknown' })
    }
  })

  it('a folder that does not belong to the mailbox is never deleted', async () => {
    const wanted = await provision()
    await platform.remove(wanted)
    await database
      .db('mail_directory.mailboxes')
      .where({ account_id: wanted.accountId })
      .update({ purge_after: new Date(0) })
    doveadm.accident(everyCall, {
      kind: 'answer',
      answer: { body: [['doveadmResponse', { [wanted.address]: { home: '/srv/mail' } }, 'c0']] },
    })
    asked = []
    await assert.rejects(platform.purge?.() ?? Promise.resolve(), { kind: 'permanent' })
    assert.ok(!asked.includes('fsDelete'))
  })
})
