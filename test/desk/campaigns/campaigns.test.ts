// Letters of many senders with one text or one host of a link.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marksOf } from '#server/desk/campaigns/marks.ts'
import { attributeCase } from '#server/desk/cases/attribute-case.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

let ada: StaffMember
let bela: StaffMember
const portal = useAbusePortal(
  { env: { MEASURES_WITHOUT_SECOND_PERSON: '1000' } },
  async (portal) => {
    ada = await enrolStaff(portal, 'ada.a', 'senior')
    bela = await enrolStaff(portal, 'bela.b', 'senior')
  },
)

const parcel = (n: number) =>
  `Dear customer number ${n}, your parcel is waiting for you and costs only ${n} roubles today.`

/** Reports a letter, and gives its case. */
async function reported(body: string, source?: string): Promise<string> {
  const sender = await arrive(portal)
  await reportLetter(portal, { ...sender, kind: 'fraud', body, ...(source ? { source } : {}) })
  if (!source) return await caseOf(portal, sender.accountId)
  await untilJudged(portal)
  const row = await portal.db('abuse_cases').orderBy('id', 'desc').first('id')
  return String(row.id)
}

const foreign = (from: string, body: string) =>
  `From: ${from}\r\nMessage-ID: <${from}>\r\nSubject: Parcel\r\n\r\n${body}`

const groupsOn = async ({ visitor }: StaffMember): Promise<string[]> => {
  const { html } = await visitor.get('/staff/campaigns?lang=en')
  return [...html.matchAll(/campaign=(\d+)/g)].map(([, id = '']) => id)
}

test('what changes from letter to letter and links to common hosts make no campaign', () => {
  const letter = (text: string, hosts: readonly string[]) => ({
    text,
    subject: 'x',
    links: hosts.map((host) => ({ host, defanged: host })),
  })
  const common = ['vk.com', 'postern.example']
  const [one, two] = [7, 8].map((n) => marksOf(letter(parcel(n), []), common))
  assert.deepEqual(one, two)
  assert.equal(one?.length, 1)
  const hosts = ['m.vk.com', 'postern.example', 'Pay.Bad.example', 'pay.bad.example']
  assert.deepEqual(
    marksOf(letter('Hello!', hosts), common).map(({ value }) => value),
    ['pay.bad.example'],
  )
  const begun = process.cpuUsage().user
  marksOf(letter('aGVsbG8'.repeat(75_000), []), common)
  const spentMs = (process.cpuUsage().user - begun) / 1000
  assert.ok(spentMs < 1000, `a long word takes ${spentMs} ms`)
})

test('the same text of three senders is one group, which one decision closes', async () => {
  const cases = [await reported(parcel(1)), await reported(parcel(2))]
  const [first = ''] = cases
  assert.deepEqual(await groupsOn(ada), [], 'two senders may have met by chance')
  const stranger = foreign('eve@bad.example', parcel(3))
  cases.push(await reported('', stranger))
  const [group = ''] = await groupsOn(ada)
  assert.ok(group)
  const list = `/staff/cases?tab=every&campaign=${group}`
  const page = await ada.visitor.get(`/staff/cases/${first}?lang=en`)
  assert.match(page.html, new RegExp(`campaign=${group}">.*3 senders`))
  const other = await reported(
    'Something else, about which nobody else has ever written to us here.',
  )
  const { html } = await ada.visitor.get(list)
  const shown = [...html.matchAll(/href="\/staff\/cases\/(\d+)"/g)].map(([, id]) => id)
  assert.deepEqual(shown.toSorted(), cases.toSorted())
  const chosen = await ada.visitor.post(
    '/staff/bulk',
    { tab: 'every', campaign: group, all: 'on', decision: 'no-breach' },
    { from: list },
  )
  assert.equal(chosen.status, 303, chosen.errors.join())
  const run = chosen.location ?? ''
  const preview = await ada.visitor.get(run)
  const [, state = ''] = /name="shown" value="([^"]*)"/.exec(preview.html) ?? []
  const sent = await ada.visitor.post(`${run}/send`, { shown: state }, { from: run })
  assert.equal(sent.status, 303)
  await eventually(async () => {
    const open = await portal.db('abuse_cases').whereIn('id', cases).whereNull('closed_at')
    return open.length === 0
  })
  assert.equal((await portal.db('abuse_cases').where({ id: other }).first()).closed_at, null)
  assert.deepEqual(await groupsOn(ada), [], 'no case of it is open')
})

test('one account under many addresses is one sender of a campaign', async () => {
  const sender = await arrive(portal)
  const body = 'Win at https://casino.bad.example/now'
  for (let n = 0; n < 4; n += 1)
    await reportLetter(portal, { ...sender, login: `other.name.${n}`, body })
  const caseId = await caseOf(portal, sender.accountId)
  const marks = await portal.db('campaign_cases').where({ case_id: caseId })
  const row = await portal.db('campaigns').where({ id: marks[0]?.campaign_id }).first()
  assert.deepEqual([marks.length, row.kind, row.senders], [1, 'link-host', 1])
})

test('a group counts nothing of the viewer’s own mailbox, and moves with a merged case', async () => {
  const body = 'Win at https://lottery.bad.example/now'
  const before = await groupsOn(ada)
  await reportLetter(portal, { accountId: ada.id, login: ada.login, body })
  const caseId = await reported(body)
  const strange = await reported('', foreign('mallory@bad.example', body))
  assert.deepEqual(await groupsOn(ada), before, 'for her there are two senders')
  const [group] = (await groupsOn(bela)).filter((each) => !before.includes(each))
  assert.ok(group)
  const account = await portal.db('abuse_cases').where({ id: caseId }).first('account_id')
  const { address } = await portal.db('accounts').where({ id: account.account_id }).first('address')
  await attributeCase(portal.parts.desk, strange, bela.id, address)
  const rows = await portal.db('campaign_cases').where({ campaign_id: group })
  assert.ok(!rows.some((each) => String(each.case_id) === strange))
  assert.ok(address.endsWith(ourDomain))
})
