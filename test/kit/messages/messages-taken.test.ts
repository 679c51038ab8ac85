import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createTwilioTransport } from '#server/kit/messages/sms/twilio.ts'
import { createTestClock } from '#test/support/clock.ts'
import {
  accountSid,
  authToken,
  startTwilioServer,
  type TwilioServer,
} from '#test/support/messages/twilio-server.ts'
import { startPrism } from '#test/support/openapi/prism.ts'

const to = '+375291234567'
const minutes = (count: number) => count * 60_000

describe('what Twilio took for a number', () => {
  // Twilio dates by the second.
  const clock = createTestClock(new Date('2026-11-22T09:03:00Z'))
  let gateway: TwilioServer
  const connect = (options: object = {}) =>
    createTwilioTransport({
      accountSid,
      authToken,
      from: 'Postern',
      apiBase: gateway.url,
      ...options,
    })
  before(async () => {
    gateway = await startTwilioServer(clock.now)
  })
  after(() => gateway.stop())
  beforeEach(() => {
    gateway.taken.length = 0
  })

  const send = (text: string, number = to, transport = connect()) =>
    transport.send({ id: '', to: number, text, secondsToLive: 600, mayLeave: () => true })
  const list = async (since: Date, transport = connect()) => {
    const listed = await transport.listTaken?.(to, since)
    assert.equal(listed?.kind, 'listed')
    return listed.taken.map(({ text }) => text)
  }
  const fill = (count: number, from: Date) => {
    for (let nth = 0; nth < count; nth += 1) {
      const sid = `SM${randomBytes(16).toString('hex')}`
      const at = new Date(from.getTime() + nth * 1000)
      gateway.taken.push({
        sid,
        to,
        body: `${nth}`,
        from: null,
        statusCallback: null,
        validityPeriod: 60,
        at,
      })
    }
  }

  it('an SMS that Twilio took is found before it leaves, by number and time', async () => {
    await send('long ago')
    clock.advance(minutes(20))
    const since = clock.now()
    await send('now')
    await send('for another', '+375297654321')
    assert.deepEqual(await list(since), ['now'])
  })

  it('Twilio’s list is read page by page, no further back than asked for', async () => {
    const since = clock.now()
    fill(250, since)
    const [all, before] = [await list(since), gateway.questions()]
    assert.equal(new Set(all).size, 250)
    assert.deepEqual(await list(new Date(since.getTime() + 200_000)), all.slice(0, 50))
    assert.equal(gateway.questions() - before, 1)
  })

  it('Twilio’s list is read whole if an older message stands before a newer one', async () => {
    const since = clock.now()
    fill(150, new Date(since.getTime() - minutes(10)))
    fill(1, since)
    // The stand-in lists backwards, so that this one comes last.
    gateway.taken.unshift(...gateway.taken.splice(-1))
    fill(1, new Date(since.getTime() - minutes(20)))
    gateway.taken.push(...gateway.taken.splice(100, 1))
    assert.deepEqual(await list(since), ['0'])
  })

  it('a list of Twilio’s that is too long to read gives no answer', async () => {
    const since = clock.now()
    fill(501, since)
    assert.deepEqual(await connect().listTaken?.(to, since), {
      kind: 'deferred',
      code: 'twilio.list-too-long',
    })
  })

  it('a gateway that is down or keeps no list gives no list of SMS', async () => {
    const since = clock.now()
    assert.deepEqual(await connect({ apiBase: 'http://127.0.0.1:1' }).listTaken?.(to, since), {
      kind: 'deferred',
      code: 'net.ECONNREFUSED',
    })
    assert.deepEqual(await connect({ accountSid: `AC${'0'.repeat(32)}` }).listTaken?.(to, since), {
      kind: 'deferred',
      code: 'twilio.20003',
    })
    gateway.listMishaps.push({ kind: 'gateway-page', status: 405 })
    assert.deepEqual(await connect().listTaken?.(to, since), { kind: 'unable', code: 'twilio.405' })
    gateway.listMishaps.push({ kind: 'gateway-page', status: 200 })
    assert.deepEqual(await connect().listTaken?.(to, since), {
      kind: 'deferred',
      code: 'net.fault',
    })
  })

  it('questions and answers about taken SMS follow Twilio’s OpenAPI description', async () => {
    const prism = await startPrism('twilio-messages.openapi.json', gateway.url)
    try {
      const through = connect({ apiBase: prism.url })
      const since = clock.now()
      assert.equal((await send('now', to, through)).kind, 'accepted')
      fill(120, since)
      assert.equal((await list(since, through)).length, 121)
      assert.deepEqual(prism.violations, [])
      // The proof that Prism looks: a number of another shape.
      await through.listTaken?.('029 123 45 67', since)
      assert.match(prism.violations.join(), /request.query.To/i)
    } finally {
      await prism.stop()
    }
  })
})
