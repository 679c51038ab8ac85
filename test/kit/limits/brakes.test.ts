import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import { sentTo } from '#test/support/messages/outbox.ts'
import { hanna, piotr } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const alertMail = 'operator@elsewhere.example'
const portal = usePortal(
  {
    env: {
      ALERT_MAIL: alertMail,
      METRICS_PORT: '0',
      LIMIT_REGISTRATIONS_PER_IP_HOUR: '1',
      LIMIT_SMS_TOTAL_DAY: '20',
    },
  },
  async (portal) => {
    // Mails are counted by the hour of the clock: a test at its end would see two.
    const now = portal.clock.now()
    portal.clock.advance(msPerHour - (now.getTime() % msPerHour) + 1000)
  },
)

const linesOf = (brake: string) =>
  portal.logged
    .map(
      (line) =>
        JSON.parse(line) as { level: string; brake?: string; msg: string; sinceLastLine: number },
    )
    .filter((line) => line.brake === brake && line.msg === 'a brake bites')

const mailsOf = async (words: RegExp) =>
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

test('a flood of registrations makes a log line in ten minutes and a mail an hour', async () => {
  const ask = async () => (await portal.visitor().post('/register', { ...piotr })).status
  assert.equal(await countOf('registration'), 0)
  assert.equal((await portal.visitor().post('/register', { ...hanna })).status, 303)
  assert.deepEqual([await ask(), await ask(), await ask()], [429, 429, 429])
  assert.deepEqual(
    linesOf('registration').map(({ level, sinceLastLine }) => [level, sinceLastLine]),
    [['warn', 0]],
  )
  assert.equal(await countOf('registration'), 3)
  await eventually(async () => (await mailsOf(/registered/)).length === 1)

  portal.clock.advance(11 * msPerMinute)
  assert.equal(await ask(), 429)
  assert.deepEqual(
    linesOf('registration').map(({ sinceLastLine }) => sinceLastLine),
    [0, 2],
  )
  portal.clock.advance(msPerHour)
  // The limit runs by the clock of the machine, so it is still full.
  assert.equal(await ask(), 429)
  await eventually(async () => (await mailsOf(/registered/)).length === 2)
  assert.equal(linesOf('registration').length, 3)
})

test('the SMS limits of a block of numbers and of a day alert the operator by name', async () => {
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
  await eventually(async () => (await mailsOf(/one block of numbers/)).length === 1)
  await eventually(async () => (await mailsOf(/SMS of the day/)).length === 1)
})

test('a limit inside a transaction alerts the operator too', async () => {
  await portal.db('rate_limits').where('key', 'like', 'sms-%').delete()
  const before = await countOf('sms-prefix')
  await portal.db.transaction(async (trx) => {
    const limit = portal.parts.smsLimit.within(trx)
    for (let n = 10; n < 31; n += 1)
      await limit.permit(
        { e164: `+3752922222${n}`, prefix: '+37529222', country: 'BY' },
        { confirmed: true },
      )
  })
  assert.equal(await countOf('sms-prefix'), before + 1)
})
