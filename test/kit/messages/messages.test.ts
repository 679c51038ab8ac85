import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { checkParams } from '#server/kit/messages/catalogue.ts'
import { deliverMessage } from '#server/kit/messages/deliver-message.ts'
import { createSmtpTransport } from '#server/kit/messages/mail/smtp.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { rekeyMessages } from '#server/kit/messages/store.ts'
import { sweepMessages } from '#server/kit/messages/sweep-messages.ts'
import type { OutgoingMail, OutgoingSms, SendOutcome } from '#server/kit/messages/transport.ts'
import { loadMessages } from '#server/load-messages.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { type MailServer, startMailServer } from '#test/support/mail-platform/mail-server.ts'
import { createMessageTrial } from '#test/support/messages/message-trial.ts'

const alice = 'alice@elsewhere.example'
const token = `${'Aa0_-'.repeat(8)}xyz`
const inMinutes = (now: Date, minutes: number) =>
  new Date(now.getTime() + minutes * 60_000).toISOString()

/** A gateway of the test's own: counts, and answers what it is told. */
function createCountingGateway<O extends OutgoingMail | OutgoingSms>(...answers: SendOutcome[]) {
  const sent: O[] = []
  return {
    keeps: false,
    sent,
    async send(outgoing: O): Promise<SendOutcome> {
      sent.push(outgoing)
      return answers.shift() ?? { kind: 'accepted', providerId: randomUUID() }
    },
    close() {},
  }
}

describe('messages', () => {
  let database: TestDatabase
  let server: MailServer
  before(async () => {
    database = await createTestDatabase()
    server = await startMailServer()
  })
  after(async () => {
    await server.stop()
    await database.drop()
  })
  afterEach(() => {
    server.mishaps.length = 0
    server.received.length = 0
  })

  const smtp = () =>
    createSmtpTransport({ url: server.url, from: 'Postern <no-reply@postern.example>' })
  function codeMail(trial: ReturnType<typeof createMessageTrial>, code = '004217') {
    const params = { code, expiresAt: inMinutes(trial.clock.now(), 10) }
    return {
      name: 'backup-address-code',
      channel: 'mail',
      to: alice,
      locale: 'en',
      params,
    } as const
  }
  function codeSms(trial: ReturnType<typeof createMessageTrial>) {
    const params = { code: '12345678', expiresAt: inMinutes(trial.clock.now(), 10) }
    return {
      name: 'recovery-code',
      channel: 'sms',
      to: '+375291234567',
      locale: 'en',
      params,
    } as const
  }

  it('a code arrives at one address, alone on its line, from the configured sender', async () => {
    const mail = smtp()
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial))
    await trial.deliver(id)
    mail.close()
    const [got] = server.received
    assert.ok(got)
    assert.deepEqual(got.recipients, [alice])
    assert.equal(got.sender, 'no-reply@postern.example')
    assert.equal(got.messageId, `<${id}@postern.example>`)
    assert.ok(got.parsed.text?.split(/\r?\n/).includes('004217'))
    assert.match(got.raw, /^auto-submitted: auto-generated/im)
    assert.match(got.raw, /^x-postern-loop: 1/im)
    assert.equal((await trial.row(id)).state, 'sent')
  })

  it('a message and its job exist only if the change itself was committed', async () => {
    const trial = createMessageTrial(database.db)
    const count = async () => {
      const { rows } = await database.db.raw(
        `select (select count(*) from messages)::int as messages,
           (select count(*) from graphile_worker.jobs)::int as jobs`,
      )
      return rows[0]
    }
    const before = await count()
    await assert.rejects(
      database.db.transaction(async (trx) => {
        await sendMessage(trx, trial.parts, codeMail(trial))
        throw new Error('the change failed')
      }),
    )
    assert.deepEqual(await count(), before)
    await trial.send(codeMail(trial))
    assert.deepEqual(await count(), { messages: before.messages + 1, jobs: before.jobs + 1 })
  })

  it('the queue and the database hold recipients, codes and tokens only sealed', async () => {
    const trial = createMessageTrial(database.db)
    const at = trial.clock.now().toISOString()
    const params = {
      mailbox: 'alice@postern.example',
      at,
      device: 'Firefox',
      place: 'Hrodna, BY',
      undoToken: token,
    }
    const notice = await trial.send({
      name: 'password-changed',
      channel: 'mail',
      to: alice,
      locale: 'be',
      params,
    })
    const code = await trial.send(codeMail(trial, '918273'))
    const { rows } = await database.db.raw(
      `select row_to_json(messages)::text as text from messages where id in (?, ?)
       union all select row_to_json(jobs)::text from graphile_worker._private_jobs as jobs`,
      [notice, code],
    )
    const dump = rows.map((row: { text: string }) => row.text).join('\n')
    assert.ok(dump.includes(notice))
    for (const secret of [alice, 'alice', token, '918273', 'Hrodna'])
      assert.ok(!dump.includes(secret), secret)
  })

  it('a sent message is wiped, and no log line shows its address or code', async () => {
    const mail = createCountingGateway<OutgoingMail>({ kind: 'deferred', code: 'smtp.451' })
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial, '918273'))
    await trial.deliver(id)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).payload, null)
    assert.match(trial.logged(), /smtp\.451/)
    assert.doesNotMatch(trial.logged(), /alice|918273/)
  })

  it('two messages with one dedupe key are one message', async () => {
    const trial = createMessageTrial(database.db)
    const message = { ...codeMail(trial), dedupeKey: 'backup-address:1' }
    const ids = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.db.transaction((trx) => sendMessage(trx, trial.parts, message)),
      ),
    )
    assert.equal(ids.filter((id) => id !== null).length, 1)
  })

  it('a message job that runs twice, even at once, sends once', async () => {
    const mail = createCountingGateway<OutgoingMail>()
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial))
    await Promise.all(Array.from({ length: 6 }, () => trial.deliver(id)))
    await trial.deliver(id)
    assert.equal(mail.sent.length, 1)
  })

  it('a decoy is written like any other message and never leaves', async () => {
    const mail = createCountingGateway<OutgoingMail>()
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send({ ...codeMail(trial), to: null })
    assert.equal((await trial.row(id)).state, 'queued')
    await trial.deliver(id)
    assert.equal(mail.sent.length, 0)
    assert.deepEqual(await trial.row(id).then(({ state, outcome }) => ({ state, outcome })), {
      state: 'dropped',
      outcome: 'decoy',
    })
  })

  it('an expired code is not sent', async () => {
    const sms = createCountingGateway<OutgoingSms>()
    const trial = createMessageTrial(database.db, { sms })
    const id = await trial.send(codeSms(trial))
    trial.clock.advance(10 * 60_000)
    await trial.deliver(id)
    assert.equal(sms.sent.length, 0)
    assert.equal((await trial.row(id)).outcome, 'expired')
  })

  it('a busy mail server is asked again, later each time, until the code expires', async () => {
    const busy: SendOutcome = { kind: 'deferred', code: 'smtp.451' }
    const mail = createCountingGateway<OutgoingMail>(...Array.from({ length: 20 }, () => busy))
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial))
    const waits: number[] = []
    while ((await trial.row(id)).state === 'queued') {
      await trial.deliver(id)
      const wait = (await trial.row(id)).due_at.getTime() - trial.clock.now().getTime()
      if ((await trial.row(id)).state !== 'queued') break
      waits.push(wait)
      trial.clock.advance(wait)
    }
    assert.ok(waits.length >= 3, `${waits.length} waits`)
    assert.deepEqual(
      waits,
      waits.toSorted((a, b) => a - b),
    )
    assert.deepEqual(
      await trial.row(id).then(({ state, outcome, payload }) => ({ state, outcome, payload })),
      {
        state: 'failed',
        outcome: 'smtp.451',
        payload: null,
      },
    )
  })

  it('an SMS that may have arrived is sent again only after the gateway says no', async () => {
    const lost: SendOutcome = { kind: 'unknown', code: 'net.ECONNRESET' }
    const sms = createCountingGateway<OutgoingSms>(lost)
    const mail = createCountingGateway<OutgoingMail>(lost)
    const trial = createMessageTrial(database.db, { mail, sms })
    const [smsId, mailId] = [await trial.send(codeSms(trial)), await trial.send(codeMail(trial))]
    for (const id of [smsId, mailId, smsId, mailId]) await trial.deliver(id)
    assert.equal(sms.sent.length, 1)
    assert.equal((await trial.row(smsId)).state, 'doubtful')
    // This gateway cannot be asked.
    trial.clock.advance(61_000)
    await trial.deliver(smsId)
    assert.equal((await trial.row(smsId)).state, 'unknown')
    assert.equal(sms.sent.length, 1)
    assert.equal(mail.sent.length, 2)
    assert.equal(mail.sent[0]?.messageId, mail.sent[1]?.messageId)
    assert.deepEqual(mail.sent[0], mail.sent[1])
  })

  it('another worker sends the mail of a dead one, but no SMS that may have arrived', async () => {
    const [mail, sms] = [
      createCountingGateway<OutgoingMail>(),
      createCountingGateway<OutgoingSms>(),
    ]
    const trial = createMessageTrial(database.db, { mail, sms })
    const [smsId, mailId] = [await trial.send(codeSms(trial)), await trial.send(codeMail(trial))]
    await database
      .db('messages')
      .whereIn('id', [smsId, mailId])
      .update({ state: 'sending', sending_at: trial.clock.now() })
    await trial.deliver(mailId)
    assert.equal(mail.sent.length, 0, 'its worker may still be alive')

    trial.clock.advance(61_000)
    await database.db.raw('delete from graphile_worker._private_jobs')
    await sweepMessages(trial.parts)
    assert.equal((await trial.row(smsId)).state, 'doubtful')
    const { rows } = await database.db.raw('select payload from graphile_worker._private_jobs')
    assert.ok(
      rows.some((row: { payload: { messageId: string } }) => row.payload.messageId === mailId),
    )
    await trial.deliver(smsId)
    await trial.deliver(mailId)
    assert.equal((await trial.row(smsId)).state, 'unknown')
    assert.equal(sms.sent.length, 0)
    assert.equal(mail.sent.length, 1)
  })

  it('a key that is missing for a while loses no message', async () => {
    const mail = createCountingGateway<OutgoingMail>()
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial))
    const { payload } = await trial.row(id)
    await database.db('messages').where({ id }).update({ payload: 'v1.00000000.AAAA' })
    await trial.deliver(id)
    assert.equal((await trial.row(id)).outcome, 'portal.fault')
    await database.db('messages').where({ id }).update({ payload })
    await trial.deliver(id)
    assert.equal(mail.sent.length, 1)
  })

  it('waiting messages survive a rotation of keys', async () => {
    const mail = createCountingGateway<OutgoingMail>()
    const trial = createMessageTrial(database.db, { mail })
    const id = await trial.send(codeMail(trial))
    const [oldKey, newKey] = [
      'the first key of these tests, long enough for them',
      'the second key of these tests, as long as that',
    ]
    await database.db('messages').whereNot({ id }).delete()
    const rekey = () =>
      database.db.transaction((trx) => rekeyMessages(trx, createKeyring([newKey, oldKey]), 100))
    assert.deepEqual([await rekey(), await rekey()], [1, 0])
    await deliverMessage({ ...trial.parts, keyring: createKeyring([newKey]) }, id)
    assert.equal(mail.sent[0]?.to, alice)
  })

  it('no parameter of a message carries text that somebody wrote', async () => {
    const catalogue = await loadMessages()
    const at = '2026-11-22T09:03:00Z'
    const good = {
      mailbox: 'alice@postern.example',
      at,
      place: 'Minsk, BY',
      device: 'Firefox, Windows',
      undoToken: token,
    }
    const forged = {
      ...good,
      device: 'Firefox, Win a prize at evil.example',
      place: 'See evil.example',
    }
    const checked = checkParams(catalogue, 'new-device', forged)
    assert.deepEqual([checked.device, checked.place], ['Firefox', ''])
    const evil = [
      '\r\nBcc: all@evil.example',
      'a\nb',
      '<b>',
      'https://evil.example/',
      'x'.repeat(300),
    ]
    for (const text of evil) {
      for (const bad of [{ mailbox: text }, { at: text }, { undoToken: text }, { note: text }]) {
        assert.throws(
          () => checkParams(catalogue, 'new-device', { ...good, ...bad }),
          { name: 'ZodError' },
          JSON.stringify(bad),
        )
      }
      assert.throws(() =>
        checkParams(catalogue, 'backup-address-code', { code: text, expiresAt: at }),
      )
      const { device, place } = checkParams(catalogue, 'new-device', {
        ...good,
        device: text,
        place: text,
      })
      assert.deepEqual([device, place], ['', ''])
    }
  })
})
