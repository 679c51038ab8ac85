import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import express from 'express'
import { messageRoutes } from '#server/kit/messages/routes.ts'
import { createTwilioTransport } from '#server/kit/messages/sms/twilio.ts'
import { twilioStatusPath } from '#server/kit/messages/sms/twilio-status.ts'
import type { SmsTransport } from '#server/kit/messages/transport.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import {
  baseUrl,
  createMessageTrial,
  type MessageTrial,
} from '#test/support/messages/message-trial.ts'
import {
  accountSid,
  authToken,
  startTwilioServer,
  type TwilioServer,
} from '#test/support/messages/twilio-server.ts'
import { startPrism } from '#test/support/openapi/prism.ts'

const statusUrl = baseUrl + twilioStatusPath
const sms = {
  id: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
  to: '+375291234567',
  text: 'Код: 12345678',
  secondsToLive: 599.4,
  mayLeave: () => true,
}

describe('SMS by Twilio', () => {
  let gateway: TwilioServer
  let transport: SmsTransport
  const connect = (options: object = {}) =>
    createTwilioTransport({
      accountSid,
      authToken,
      from: 'Postern',
      apiBase: gateway.url,
      statusUrl,
      ...options,
    })
  before(async () => {
    gateway = await startTwilioServer()
    transport = connect()
  })
  after(() => gateway.stop())
  beforeEach(() => {
    gateway.mishaps.length = 0
    gateway.taken.length = 0
  })

  it('an SMS reaches Twilio with its text, sender, lifetime and report address', async () => {
    const outcome = await transport.send(sms)
    const [taken] = gateway.taken
    assert.deepEqual(outcome, { kind: 'accepted', providerId: taken?.sid })
    assert.equal(taken?.body, sms.text)
    assert.equal(taken?.from, 'Postern')
    assert.equal(taken?.validityPeriod, 599)
    assert.equal(taken?.statusCallback, `${statusUrl}/${sms.id}`)
  })

  const table = [
    [
      { kind: 'error', status: 400, code: 21211 },
      { kind: 'refused', code: 'twilio.21211' },
    ],
    [
      { kind: 'error', status: 400, code: 21408 },
      { kind: 'refused', code: 'twilio.21408' },
    ],
    [
      { kind: 'error', status: 400, code: 21610 },
      { kind: 'refused', code: 'twilio.21610' },
    ],
    [
      { kind: 'error', status: 400, code: 21614 },
      { kind: 'refused', code: 'twilio.21614' },
    ],
    [
      { kind: 'error', status: 429, code: 20429 },
      { kind: 'deferred', code: 'twilio.20429' },
    ],
    [
      { kind: 'error', status: 503, code: 20503 },
      { kind: 'deferred', code: 'twilio.20503' },
    ],
    [
      { kind: 'error', status: 500, code: 20500 },
      { kind: 'unknown', code: 'twilio.20500' },
    ],
    [
      { kind: 'gateway-page', status: 502 },
      { kind: 'unknown', code: 'twilio.502' },
    ],
    [
      { kind: 'gateway-page', status: 503 },
      { kind: 'unknown', code: 'twilio.503' },
    ],
  ] as const
  for (const [mishap, outcome] of table) {
    const source = 'code' in mishap ? `with ${mishap.code}` : 'from a proxy'
    it(`an SMS answered with ${mishap.status} ${source} is ${outcome.kind}`, async () => {
      gateway.mishaps.push(mishap)
      const before = gateway.requests()
      assert.deepEqual(await transport.send(sms), outcome)
      assert.equal(gateway.requests() - before, 1, 'the client does not try again by itself')
    })
  }

  for (const [body, outcome] of [
    [
      { code: 21211, message: 'no such number', status: 400 },
      { kind: 'refused', code: 'twilio.400' },
    ],
    [
      { code: 20500, message: 'try again', status: 500 },
      { kind: 'unknown', code: 'twilio.500' },
    ],
    [
      {
        sid: `SM${'a'.repeat(32)}`,
        status: 'failed',
        error_code: 30007,
        error_message: 'filtered',
      },
      { kind: 'refused', code: 'twilio.30007' },
    ],
    [
      { sid: `SM${'a'.repeat(32)}`, status: 'undelivered', error_code: null },
      { kind: 'refused', code: 'twilio.undelivered' },
    ],
    [{ result: 'queue full' }, { kind: 'unknown', code: 'twilio.no-ticket' }],
  ] as const) {
    it(`an answer of 200 with ${JSON.stringify(body)} is ${outcome.kind}`, async () => {
      gateway.mishaps.push({ kind: 'odd-answer', body })
      assert.deepEqual(await transport.send(sms), outcome)
    })
  }

  it('an HTML page with status 200 is no yes', async () => {
    gateway.mishaps.push({ kind: 'gateway-page', status: 200 })
    assert.equal((await transport.send(sms)).kind, 'unknown')
  })

  it('an error that comes as an answer is no empty list', async () => {
    for (const body of [
      { errors: [] },
      { code: 20500, message: 'try again', status: 500 },
      { messages: 'none' },
    ]) {
      gateway.listMishaps.push({ kind: 'odd-answer', body })
      assert.equal((await transport.listTaken?.(sms.to, new Date(0)))?.kind, 'deferred')
    }
  })

  it('an SMS waits after wrong credentials', async () => {
    assert.deepEqual(await connect({ authToken: 'x'.repeat(32) }).send(sms), {
      kind: 'deferred',
      code: 'twilio.20003',
    })
    assert.deepEqual(await connect({ accountSid: 'nonsense' }).send(sms), {
      kind: 'deferred',
      code: 'gateway.misconfigured',
    })
  })

  it('an SMS waits while the gateway is down', async () => {
    assert.deepEqual(await connect({ apiBase: 'http://127.0.0.1:1' }).send(sms), {
      kind: 'deferred',
      code: 'net.ECONNREFUSED',
    })
  })

  it('an answer that is lost or late leaves an SMS in doubt', async () => {
    gateway.mishaps.push({ kind: 'answer-lost' })
    assert.equal((await transport.send(sms)).kind, 'unknown')
    gateway.mishaps.push({ kind: 'slow', ms: 600 })
    assert.equal((await connect({ timeoutMs: 200 }).send(sms)).kind, 'unknown')
    assert.equal(gateway.taken.length, 2)
  })

  it('only codes leave the Twilio client', async () => {
    const outcomes = []
    for (const mishap of [
      { kind: 'error', status: 400, code: 21211 },
      { kind: 'answer-lost' },
    ] as const) {
      gateway.mishaps.push(mishap)
      outcomes.push(await transport.send(sms))
    }
    outcomes.push(await connect({ apiBase: 'http://127.0.0.1:1' }).send(sms))
    assert.doesNotMatch(JSON.stringify(outcomes), new RegExp(`37529|12345678|${authToken}`))
  })

  it('sent SMS and their answers follow Twilio’s OpenAPI description', async () => {
    const prism = await startPrism('twilio-messages.openapi.json', gateway.url)
    try {
      const apiBase = prism.url
      const service = { from: undefined, messagingServiceSid: `MG${'a'.repeat(32)}` }
      assert.equal((await connect({ apiBase }).send(sms)).kind, 'accepted')
      assert.equal((await connect({ apiBase, ...service }).send(sms)).kind, 'accepted')
      gateway.mishaps.push(
        { kind: 'error', status: 400, code: 21610 },
        { kind: 'error', status: 429, code: 20429 },
      )
      assert.deepEqual(await connect({ apiBase }).send(sms), {
        kind: 'refused',
        code: 'twilio.21610',
      })
      assert.deepEqual(await connect({ apiBase }).send(sms), {
        kind: 'deferred',
        code: 'twilio.20429',
      })
      assert.deepEqual(prism.violations, [])
      // The proof that Prism looks: a number of another shape.
      await connect({ apiBase }).send({ ...sms, to: '029 123 45 67' })
      assert.match(prism.violations.join(), /request.body.To/i)
    } finally {
      await prism.stop()
    }
  })
})

describe('what Twilio reports later', () => {
  let database: TestDatabase
  let gateway: TwilioServer
  let portal: Server
  let portalAt: string
  let trial: MessageTrial
  before(async () => {
    database = await createTestDatabase()
    gateway = await startTwilioServer()
    const sms = createTwilioTransport({
      accountSid,
      authToken,
      from: 'Postern',
      apiBase: gateway.url,
      statusUrl,
    })
    trial = createMessageTrial(database.db, { sms })
    const routes = messageRoutes({
      ...trial.parts,
      settings: { baseUrl, twilioAuthToken: authToken },
    })
    portal = createServer(express().use(routes)).listen(0, '127.0.0.1')
    await once(portal, 'listening')
    portalAt = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`
  })
  after(async () => {
    portal.closeAllConnections()
    await new Promise((done) => portal.close(done))
    await gateway.stop()
    await database.drop()
  })

  async function sendCode() {
    const expiresAt = new Date(trial.clock.now().getTime() + 600_000).toISOString()
    const params = { code: '12345678', expiresAt }
    const id = await trial.send({
      name: 'recovery-code',
      channel: 'sms',
      to: '+375291234567',
      locale: 'ru',
      params,
    })
    await trial.deliver(id)
    const taken = gateway.taken.at(-1)
    assert.ok(taken)
    return { id, taken }
  }

  it('reports of Twilio move the state of an SMS forward only', async () => {
    const { id, taken } = await sendCode()
    for (const status of ['sent', 'queued', 'sent', 'delivered', 'sending', 'delivered']) {
      assert.equal((await gateway.report(taken, status, { portalAt })).status, 204)
    }
    const row = await trial.row(id)
    assert.equal(row.delivery, 'delivered')
    assert.equal(row.provider_id, taken.sid)
    await gateway.report(taken, 'undelivered', { portalAt, errorCode: 30003 })
    assert.equal((await trial.row(id)).delivery, 'delivered', 'an end is an end')
  })

  for (const errorCode of [30003, 30004, 30005, 30006, 30007]) {
    it(`Twilio’s error ${errorCode} is recorded, and nothing is sent again`, async () => {
      const { id, taken } = await sendCode()
      const requests = gateway.requests()
      await gateway.report(taken, 'undelivered', { portalAt, errorCode })
      await trial.deliver(id)
      const { delivery, delivery_code: code, state } = await trial.row(id)
      assert.deepEqual(
        { delivery, code, state },
        { delivery: 'undelivered', code: `twilio.${errorCode}`, state: 'sent' },
      )
      assert.equal(gateway.requests(), requests)
      assert.match(trial.logged(), new RegExp(`twilio.${errorCode}`))
      assert.doesNotMatch(trial.logged(), /37529/)
    })
  }

  it('a report of Twilio settles an SMS whose answer was lost', async () => {
    gateway.mishaps.push({ kind: 'answer-lost' })
    const { id, taken } = await sendCode()
    assert.equal((await trial.row(id)).state, 'doubtful')
    await gateway.report(taken, 'sent', { portalAt })
    assert.deepEqual(
      await trial.row(id).then(({ state, provider_id }) => ({ state, provider_id })),
      {
        state: 'sent',
        provider_id: taken.sid,
      },
    )
    assert.equal(
      gateway.taken.filter(({ statusCallback }) => statusCallback?.endsWith(id)).length,
      1,
    )
  })

  it('the address that Twilio signed comes from BASE_URL, whatever host the request names', async () => {
    const { id, taken } = await sendCode()
    const forged = await gateway.report(taken, 'delivered', { portalAt, token: 'another token' })
    assert.equal(forged.status, 403)
    const unsigned = await fetch(`${portalAt}${twilioStatusPath}/${id}`, {
      method: 'POST',
      body: new URLSearchParams({ MessageSid: taken.sid }),
    })
    assert.equal(unsigned.status, 403)
    const elsewhere = {
      ...taken,
      statusCallback: `http://${new URL(portalAt).host}${twilioStatusPath}/${id}`,
    }
    assert.equal((await gateway.report(elsewhere, 'delivered', { portalAt })).status, 403)
    assert.equal((await trial.row(id)).delivery, null)
  })

  it('a report with a foreign ticket, message or status changes nothing', async () => {
    const first = await sendCode()
    const second = await sendCode()
    const crossed = { ...first.taken, sid: second.taken.sid }
    assert.equal((await gateway.report(crossed, 'delivered', { portalAt })).status, 204)
    assert.equal((await trial.row(first.id)).delivery, null)
    assert.equal((await gateway.report(first.taken, 'teleported', { portalAt })).status, 204)
    assert.equal((await trial.row(first.id)).delivery, null)
    const nobody = {
      ...first.taken,
      statusCallback: `${statusUrl}/00000000-0000-4000-8000-000000000000`,
    }
    assert.equal((await gateway.report(nobody, 'delivered', { portalAt })).status, 204)
    const nonsense = { ...first.taken, statusCallback: `${statusUrl}/%00` }
    assert.equal((await gateway.report(nonsense, 'delivered', { portalAt })).status, 403)
  })
})
