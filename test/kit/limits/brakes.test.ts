// The operator hears of it when a limit that guards the whole service refuses somebody.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { sentTo } from '#test/support/outbox.ts'
import { hanna, piotr } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const alertMail = 'operator@elsewhere.example'
const portal = usePortal(
  {
    env: {
      ...{ ALERT_MAIL: alertMail, METRICS_PORT: '0', LIMIT_REGISTRATIONS_PER_IP_HOUR: '1' },
      LIMIT_SMS_TOTAL_DAY: '20',
    },
  },
  async (portal) => {
    // Letters are counted by the hour of the clock: a test that began at its end would see two.
    const now = portal.clock.now()
    portal.clock.advance(3600_000 - (now.getTime() % 3600_000) + 1000)
  },
)

const linesOf = (brake: string) =>
  portal.logged
    .map(
      (line) =>
        JSON.parse(line) as { level: string; brake?: string; msg: string; sinceLastLine: number },
    )
    .filter((line) => line.brake === brake && line.msg === 'a brake bites')

const lettersOf = async (words: RegExp) =>
  (await sentTo(portal, alertMail)).filter(({ text }) => words.test(text))

async function countOf(brake: string): Promise<number> {
  const server = portal.metrics?.listen('127.0.0.1', 0)
  assert.ok(server)
  await once(server, 'listening')
  const text = await (
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  ).text()
  server.close()
  return Number(
    new RegExp(`^postern_brake_total\\{brake="${brake}"\\} (\\S+)$`, 'm').exec(text)?.[1],
  )
}

test('a flood of registrations is told once in ten minutes, counted each time and written of once an hour', async () => {
  const ask = async () => (await portal.visitor().post('/register', { ...piotr })).status
  assert.equal(await countOf('registration'), 0)
  assert.equal((await portal.visitor().post('/register', { ...hanna })).status, 303)
  assert.deepEqual([await ask(), await ask(), await ask()], [429, 429, 429])
  assert.deepEqual(
    linesOf('registration').map(({ level, sinceLastLine }) => [level, sinceLastLine]),
    [['warn', 0]],
  )
  assert.equal(await countOf('registration'), 3)
  await eventually(async () => (await lettersOf(/registered/)).length === 1)

  portal.clock.advance(11 * 60_000)
  assert.equal(await ask(), 429)
  assert.deepEqual(
    linesOf('registration').map(({ sinceLastLine }) => sinceLastLine),
    [0, 2],
  )
  portal.clock.advance(3600_000)
  // The counter of the limit runs by the machine's own clock: it is still full.
  assert.equal(await ask(), 429)
  await eventually(async () => (await lettersOf(/registered/)).length === 2)
  assert.equal(linesOf('registration').length, 3)
})

test('a block of numbers and a day that have had their SMS are told, each by its own name', async () => {
  const permit = (e164: string, prefix: string) =>
    portal.parts.smsLimit.permit({ e164, prefix, country: 'BY' }, { confirmed: false })
  for (let n = 10; n < 30; n += 1)
    assert.equal((await permit(`+3752912345${n}`, '+37529123')).kind, 'permitted')
  assert.deepEqual([linesOf('sms-prefix').length, linesOf('sms-total').length], [0, 0])
  const near = await permit('+375291234599', '+37529123')
  assert.ok(near.kind === 'refused' && near.reason === 'prefix')
  const all = await permit('+375297654321', '+37529765')
  assert.ok(all.kind === 'refused' && all.reason === 'total')
  assert.deepEqual([linesOf('sms-prefix').length, linesOf('sms-total').length], [1, 1])
  assert.deepEqual([await countOf('sms-prefix'), await countOf('sms-total')], [1, 1])
  await eventually(async () => (await lettersOf(/one block of numbers/)).length === 1)
  await eventually(async () => (await lettersOf(/SMS of the day/)).length === 1)
})

test('a guard that works inside a transaction tells as well', async () => {
  await portal.db('rate_limits').where('key', 'like', 'sms-%').delete()
  const before = await countOf('sms-prefix')
  await portal.db.transaction(async (trx) => {
    const guard = portal.parts.smsLimit.within(trx)
    for (let n = 10; n < 31; n += 1)
      await guard.permit(
        { e164: `+3752922222${n}`, prefix: '+37529222', country: 'BY' },
        { confirmed: true },
      )
  })
  assert.equal(await countOf('sms-prefix'), before + 1)
})
