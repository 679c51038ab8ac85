// Reports that a life is in danger or a child abused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerHour } from '#server/core/durations.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

let analyst: StaffMember
let holder: StaffMember
let sender: { readonly accountId: string; readonly login: string }
let source: string

const body = 'the very words of a threat'
const portal = useAbusePortal({}, async (portal) => {
  analyst = await enrolStaff(portal, 'ada.analyst', 'analyst')
  holder = await enrolStaff(portal, 'eva.holder', 'analyst', 'emergency')
  sender = await arrive(portal)
  const from = `${sender.login}@${ourDomain}`
  source = await sendLetter(portal.keyring, { accountId: sender.accountId, from, body })

  await reportLetter(portal, { ...sender, source, kind: 'spam' })
  await untilJudged(portal)
  await reportLetter(portal, { ...sender, source, kind: 'emergency' })
  await untilJudged(portal)
})
const cases = () =>
  portal.db('abuse_cases').where({ account_id: sender.accountId }).orderBy('id').select()

test('an emergency has an open case of its own at the top of the queue, due in an hour', async () => {
  const [other, emergency] = await cases()
  assert.deepEqual([other.severity < 3, emergency.severity], [true, 3])
  const report = await portal
    .db('abuse_reports')
    .where({ case_id: emergency.id })
    .orderBy('id')
    .first()
  assert.equal(emergency.due_at.getTime() - report.received_at.getTime(), msPerHour)
  await reportLetter(portal, { ...(await arrive(portal)), kind: 'phishing' })
  await reportLetter(portal, { ...sender, kind: 'emergency' })
  await untilJudged(portal)
  assert.equal((await cases()).length, 2, 'the next one joins it')
  const { html } = await holder.visitor.get('/staff/cases')
  const first = /href="\/staff\/cases\/(\d+)"[^>]*class|\/staff\/cases\/(\d+)"/.exec(
    html.slice(html.indexOf('class="lines"')),
  )
  assert.equal(first?.[1] ?? first?.[2], String(emergency.id))
})

test('an emergency does not exist for staff without the right of its own', async () => {
  const [other, emergency] = await cases()
  const report = await portal
    .db('abuse_reports')
    .where({ case_id: emergency.id })
    .orderBy('id')
    .first()
  const page = `/staff/cases/${emergency.id}`
  const paths = [
    '/staff/cases',
    '/staff/cases?severity=emergency',
    '/staff/cases?tab=open',
    `/staff/cases/${other.id}`,
    `/staff/search?q=${sender.login}%40${ourDomain}`,
    `/staff/search?q=${report.reference}`,
  ]
  for (const [member, sees] of [
    [analyst, false],
    [holder, true],
  ] as const) {
    const { visitor } = member
    assert.equal((await visitor.get(page)).status, sees ? 200 : 404)
    assert.equal(
      (await visitor.get(`${page}/reports/${report.id}/source`)).status,
      sees ? 200 : 404,
    )
    for (const path of paths) {
      const answer = await visitor.get(path)
      const found = answer.location === page || answer.html.includes(`href="${page}"`)
      assert.equal(found, sees, `${member.login} ${path}`)
    }
  }
  const note = await analyst.visitor.post(`${page}/note`, { note: 'x' }, {
    token: '/staff/cases',
  } as never)
  assert.equal(note.status, 404)
  await eventually(async () => {
    const { html } = await portal.visitor().get('/dev/outbox.json')
    const all = JSON.parse(html) as { to: string; text: string }[]
    const alerted = all.filter(({ text }) => text.includes('/staff/cases'))
    assert.ok(alerted.every(({ text }) => !text.includes(body)))
    return alerted.some(({ to }) => to.startsWith('eva.holder@'))
  })
})

test('what an emergency reports is shown as text alone, and only if it is asked for', async () => {
  const emergency = (await cases())[1]
  const report = await portal
    .db('abuse_reports')
    .where({ case_id: emergency.id })
    .orderBy('id')
    .first()
  const page = `/staff/cases/${emergency.id}?report=${report.id}`
  const { visitor } = holder
  for (const path of [page, `${page}&look=html`]) {
    const { html } = await visitor.get(path)
    assert.doesNotMatch(html, /the very words|<iframe|You have won|Look at this/, path)
    assert.match(html, /call the police first/)
  }
  const shown = (await visitor.get(`${page}&look=text`)).html
  assert.match(shown, /the very words of a threat/)
  assert.doesNotMatch(shown, /look=html/)
})

test('no earlier judgement lowers an emergency', async () => {
  const [other] = await cases()
  await closeCase(portal.parts.desk, String(other.id), analyst.id, 'no-breach')
  const emergency = (await cases())[1]
  await closeCase(portal.parts.desk, String(emergency.id), holder.id, 'no-breach')
  await reportLetter(portal, { ...sender, source, kind: 'emergency', reporter: 'x@y.example' })
  await untilJudged(portal)
  const open = (await cases()).filter(({ closed_at }) => closed_at === null)
  assert.deepEqual(
    open.map(({ severity, kinds }) => [severity, kinds]),
    [[3, ['emergency']]],
  )
})
