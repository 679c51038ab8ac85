import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerMinute } from '#server/core/durations.ts'
import { alertStaff } from '#server/desk/alerts/alert-staff.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { reportLetter } from '#test/support/desk/cases.ts'
import { giveRole } from '#test/support/desk/staff.ts'
import { arrive, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

const staff = {
  'ada.analyst': 'analyst',
  'bela.senior': 'senior',
  'rita.reader': 'reader',
} as const
const ids: Record<string, string> = {}
const portal = useAbusePortal({}, async (portal) => {
  for (const [login, role] of Object.entries(staff)) {
    await register(portal, { login, password: 'reads every report twice' })
    ids[login] = await giveRole(portal, login, role)
  }
})

const mails = async () => {
  const { html } = await portal.visitor().get('/dev/outbox.json')
  const all = JSON.parse(html) as { to: string; subject: string; text: string }[]
  return all.filter(({ text }) => /\/staff\/cases\b/.test(text)).toReversed()
}
const readers = async () => (await mails()).map(({ to }) => to.split('@')[0]).toSorted()
const waiting = async () =>
  Number((await portal.db('case_alerts').whereNull('sent_at').count('* as n').first())?.n)

test('a case of high severity is mailed to those who work on cases, and names no mailbox', async () => {
  const spammer = await arrive(portal)
  await reportLetter(portal, spammer)
  await reportLetter(portal, { ...spammer, subject: 'Another prize' })
  await untilJudged(portal)
  await eventually(async () => (await mails()).length === 2)
  assert.deepEqual(await readers(), ['ada.analyst', 'bela.senior'])
  for (const { subject, text } of await mails()) {
    assert.match(subject, /A new case of high severity/)
    assert.ok(!text.includes(spammer.login) && !text.includes('prize'), text)
  }
})

test('many cases make one mail in a quarter of an hour, without those that somebody claimed', async () => {
  const before = (await mails()).length
  for (let each = 0; each < 3; each += 1) await reportLetter(portal, await arrive(portal))
  await untilJudged(portal)
  await alertStaff(portal.parts.desk)
  assert.deepEqual([await waiting(), (await mails()).length], [3, before])
  await portal
    .db('abuse_cases')
    .where({ id: portal.db('case_alerts').whereNull('sent_at').max('case_id') })
    .update({ claimed_by: ids['bela.senior'], claimed_at: portal.clock.now() })
  portal.clock.advance(15 * msPerMinute)
  await Promise.all([alertStaff(portal.parts.desk), alertStaff(portal.parts.desk)])
  await eventually(async () => (await mails()).length === before + 2)
  assert.equal(await waiting(), 0)
  assert.match((await mails()).at(-1)?.subject ?? '', /2 new cases of high severity/)
})

test('Nobody is alerted to a case about their own mailbox.', async () => {
  const before = (await mails()).length
  portal.clock.advance(15 * msPerMinute)
  const own = { login: 'ada.analyst', accountId: ids['ada.analyst'] ?? '' }
  await reportLetter(portal, own)
  await untilJudged(portal)
  await eventually(async () => (await mails()).length > before)
  assert.equal(await waiting(), 0)
  const to = (await mails()).slice(before).map((mail) => mail.to)
  assert.deepEqual(to, [`bela.senior@${ourDomain}`])
})
