// How much a mailbox holds, and how it grows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { mailboxSections } from '#server/mail/mailboxes/overview/show-mailbox.ts'
import { grownQuota, requestedQuota } from '#server/mail/mailboxes/quota-rule.ts'
import { hanna, piotr, register } from '#test/support/people.ts'
import { eventually, startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const gigabyte = 1_073_741_824
const address = 'hanna.k@postern.example'
let browser: Visitor
const platform = createMemoryPlatform()
const portal = usePortal({ ports: { platform } }, async (portal) => {
  browser = await register(portal, hanna)
  await register(portal, piotr)
  await eventually(
    async () => (await portal.db('mailboxes').where('applied_revision', '>', 0)).length === 2,
  )
})

const rowOf = (who = address) => portal.db('mailboxes').where({ address: who }).first()
const runDue = () => portal.tasks['mailbox:measure-due']?.({}, { attempt: 1, maxAttempts: 1 })

test('a mailbox grows in whole steps, up to the maximum, only when it fills up', () => {
  const settings = { quotaGrowth: 'auto', quotaStepBytes: 10, quotaMaxBytes: 35 } as const
  const grown = (quotaBytes: number, usedBytes?: number) =>
    grownQuota({ quotaBytes, usedBytes }, settings)
  assert.deepEqual(
    [grown(10, 7), grown(10, 8), grown(10, 20), grown(10, 1000), grown(10)],
    [10, 20, 30, 35, 10],
  )
  assert.equal(grown(50, 49), 50, 'a larger one is never made smaller')
  assert.equal(
    grownQuota({ quotaBytes: 10, usedBytes: 10 }, { ...settings, quotaGrowth: 'off' }),
    10,
  )
  const asked = (quotaBytes: number, usedBytes?: number) =>
    requestedQuota({ quotaBytes, usedBytes }, { ...settings, quotaGrowth: 'request' })
  assert.deepEqual(
    [asked(10, 4), asked(10, 5), asked(30, 30), asked(35, 35), asked(10)],
    [undefined, 20, 35, undefined, undefined],
  )
  assert.equal(requestedQuota({ quotaBytes: 10, usedBytes: 10 }, settings), undefined)
})

test('the picture warns above 90 %, unless the mailbox grows before it is full', () => {
  const ready = { ...describeMailbox({} as never), address, quotaBytes: 100 }
  const warning = (usedBytes: number, growsTo?: number) => {
    const [, space] = mailboxSections({ ...ready, usedBytes }, { growsTo })
    const { fill } = (space?.locals ?? {}) as Record<string, Record<string, unknown>>
    return [fill?.isNearlyFull, fill?.isFull]
  }
  assert.deepEqual(warning(90), [false, false])
  assert.deepEqual(
    [warning(91), warning(91, 200)],
    [
      [true, false],
      [false, false],
    ],
  )
  assert.deepEqual(
    [warning(100), warning(100, 200)],
    [
      [true, true],
      [true, true],
    ],
  )
  assert.deepEqual(warning(95, 100), [true, false], 'it has grown as far as it can')
})

test('the account page shows the used space without waiting for the platform', async () => {
  platform.fill(address, 300_000_000)
  platform.slowBy(2000)
  const started = performance.now()
  await browser.get('/account')
  assert.ok(performance.now() - started < 2000)
  platform.slowBy(0)
  await eventually(async () =>
    /286\.1\sMB of 1\sGB used/.test((await browser.get('/account')).html),
  )
  const calls = platform.calls.filter(({ call }) => call === 'observe').length
  await browser.get('/account')
  await new Promise((done) => setTimeout(done, 200))
  assert.equal(
    platform.calls.filter(({ call }) => call === 'observe').length,
    calls,
    'a fresh figure is not asked for again',
  )
})

test('a mailbox that fills up grows on the platform before a letter is refused', async () => {
  platform.fill(address, 900_000_000)
  portal.clock.advance(6 * 3_600_000 + 1)
  await Promise.all([runDue(), runDue()])
  await eventually(
    async () => Number((await platform.observe(address))?.quotaBytes) === 2 * gigabyte,
  )
  const entries = await portal.db('activity').where({ event: 'mailbox.grown' })
  assert.deepEqual(
    entries.map((entry) => entry.details),
    [{ mebibytes: 2048 }],
  )
  assert.equal(Number((await rowOf('piotr@postern.example')).quota_bytes), gigabyte)
})

test('a nearly full mailbox is measured more often than others', async () => {
  const observed = () =>
    platform.calls.filter(({ call }) => call === 'observe').map((call) => call.address)
  platform.fill(address, 1_600_000_000)
  portal.clock.advance(6 * 3_600_000 + 1)
  await runDue()
  const before = observed().length
  portal.clock.advance(16 * 60_000)
  await runDue()
  assert.deepEqual(observed().slice(before), [address])
})

test('a mailbox that cannot be measured does not block the others', async () => {
  const { PlatformError } = await import('#server/mail/mail-platform/mail-platform.ts')
  portal.clock.advance(7 * 3_600_000)
  platform.fill('piotr@postern.example', 5)
  platform.next('observe', { kind: 'fail', error: new PlatformError('retry', 'busy') })
  await runDue()
  await runDue()
  const measured = await portal
    .db('mailboxes')
    .where('measured_at', '>', new Date(portal.clock.now().getTime() - 60_000))
  assert.equal(measured.length, 2)
})

test('a request enlarges a half full mailbox by one step, however often it is sent', async () => {
  const { database } = portal
  const asking = await startTestPortal({
    ports: { platform },
    database,
    worker: false,
    env: { QUOTA_GROWTH: 'request' },
  })
  try {
    const visitor = asking.visitor()
    await visitor.post('/sign-in', { login: piotr.login, password: piotr.password })
    const piotrs = 'piotr@postern.example'
    assert.doesNotMatch((await visitor.get('/account')).html, /account\/space/)
    await visitor.post('/account/space', {}, { from: '/account/password' })
    assert.equal(Number((await rowOf(piotrs)).quota_bytes), gigabyte)
    await portal.db('mailboxes').where({ address: piotrs }).update({ used_bytes: 650_000_000 })
    assert.match((await visitor.get('/account')).html, /Enlarge to 2\sGB/)
    const presses = Array.from({ length: 5 }, () =>
      visitor.post('/account/space', {}, { from: '/account' }),
    )
    await Promise.all(presses)
    assert.equal(Number((await rowOf(piotrs)).quota_bytes), 2 * gigabyte)
  } finally {
    await asking.stop()
  }
})
