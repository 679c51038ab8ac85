// Collects every form of the portal in the session of one person and sends it in that of another.
import assert from 'node:assert/strict'
import { before, describe, it, mock } from 'node:test'
import { signToken } from '#server/core/keys/signed-token.ts'
import { writeShown } from '#server/desk/bulk/effects.ts'
import { readFacts } from '#server/desk/bulk/facts-store.ts'
import { makeRun, sendRun } from '#server/desk/bulk/make-run.ts'
import { workOnRun } from '#server/desk/bulk/work-on-run.ts'
import { claimCase } from '#server/desk/claims/claim-case.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { progressTokenOf } from '#server/desk/reports/take-report.ts'
import { type StaffRole, staffRoles } from '#server/desk/staff/store.ts'
import { noteUnheld } from '#server/mail/filters/store.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { stopTokenOf } from '#server/recovery/stopped-addresses/stop-token.ts'
import { offerUndo } from '#server/recovery/undo/offer-undo.ts'
import { underLock } from '#test/support/account-lock.ts'
import {
  crawlForms,
  type FoundForm,
  formPaths,
  isSentTo,
} from '#test/support/browser/crawl-forms.ts'
import { untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, approve, caseOf, propose, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, giveRole, type StaffMember } from '#test/support/desk/staff.ts'
import { dumpDatabase } from '#test/support/dump.ts'
import { holdFilter } from '#test/support/mail-platform/filters.ts'
import { accountIdOf, register, signIn } from '#test/support/people.ts'
import {
  askForCode,
  begin,
  codeOf,
  type Equipped,
  equip,
  forgetLimits,
  furnish,
  linkOf,
  setPassword,
} from '#test/support/recovery/recovery.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'
import { loadPosts } from '#test/support/web/posts.ts'

/** A signed-in browser never sees these forms. */
const beforeSignIn = ['/register', '/sign-in', '/sign-in/keep']
const methods = '/account/recovery'
const password = 'forty storks over the marsh'

const platform = createMemoryPlatform()
const portal = useAbusePortal({
  env: {
    MEASURES_WITHOUT_SECOND_PERSON: '0',
    QUOTA_GROWTH: 'request',
    SECURITY_QUESTION: 'hold',
    LIMIT_SMS_WAIT_SECONDS: '0.001',
    LIMIT_RECOVERIES_PER_IP_HOUR: '100000',
  },
  ports: { platform },
})

/** A member of staff with all rights, who also owns everything that an owner can own. */
async function haveAll(login: string): Promise<StaffMember & Equipped> {
  const member = await enrolStaff(portal, login, ...staffRoles)
  const owner = await furnish(portal, member, member.visitor)
  const { visitor } = member
  await visitor.post(`${methods}/phone`, { phone: '+375297000001' })
  await visitor.post(`${methods}/backup-address`, { address: `${login}@new.example` })
  for (const name of ['Laptop', 'Tablet'])
    await visitor.post('/account/app-passwords/new', { name, imap: 'on' })
  const { db, clock } = portal
  await db('app_passwords')
    .where({ account_id: member.id, name: 'Tablet' })
    .update({ held_at: clock.now() })
  for (const { give } of loadPosts()) await give?.(portal, member.id)
  await signIn(portal, member)
  await forgetLimits(portal)
  return { ...member, ...owner }
}

/** The browser of `tab` after `other` has signed in there. */
function nowOf(other: Visitor, tab: Visitor): Visitor {
  const browser = portal.visitor()
  for (const [name, value] of tab.cookies) browser.cookies.set(name, value)
  browser.cookies.set('session', other.cookies.get('session') ?? assert.fail('nobody is signed in'))
  return browser
}

/** The whole database, without the time at which a session was last seen. */
const everythingKept = async (): Promise<string[]> =>
  (await dumpDatabase(portal.db)).replace(/(?<="last_seen_at":")[^"]+/g, '…').split('\n')

/** Fails with the rows that were added, changed or removed. */
async function assertUnchanged(then: readonly string[]): Promise<void> {
  const now = await everythingKept()
  const [before, after] = [new Set(then), new Set(now)]
  const changed = [now.filter((row) => !before.has(row)), then.filter((row) => !after.has(row))]
  assert.deepEqual(changed, [[], []], 'something was changed')
}

const send = (browser: Visitor, { action, fields }: FoundForm): Promise<Answer> =>
  browser.send(action, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  })

/** Brings a case and its measures into each state, so that the console shows each of its forms. */
async function prepareDesk(anna: StaffMember): Promise<string[]> {
  const judges = []
  for (const login of ['first.judge', 'other.judge', 'spammer', 'second.spammer']) {
    await register(portal, { login, password })
    judges.push(await accountIdOf(portal, login))
  }
  await giveRole(portal, 'first.judge', 'senior')
  const [first = '', second = '', spammer = '', other = ''] = judges
  for (const [accountId, login] of [
    [spammer, 'spammer'],
    [other, 'second.spammer'],
  ] as const)
    await reportLetter(portal, { accountId, login })
  // A letter that proves nothing is in a case without an account.
  await reportLetter(portal, {
    accountId: first,
    login: 'first.judge',
    source: 'From: a@b.example\r\n\r\nHello.\r\n',
  })
  const caseId = await caseOf(portal, spammer)
  const otherCase = await caseOf(portal, other)
  const about = { accountId: spammer, caseId, by: first }
  const measureId = await propose(portal, { ...about, measure: 'limit-sending' })
  await approve(portal, measureId, second)
  const appealId = await appealAgainst(portal, measureId)
  const proposalId = await propose(portal, { ...about, measure: 'suspend-sending' })
  const otherMeasure = await propose(portal, {
    accountId: other,
    caseId: otherCase,
    by: first,
    measure: 'limit-sending',
  })
  await approve(portal, otherMeasure, second)
  for (const from of ['c@d.example', 'e@f.example'])
    await reportLetter(portal, {
      accountId: first,
      login: 'first.judge',
      source: `From: ${from}\r\n\r\nHello.\r\n`,
    })
  await untilJudged(portal)
  await anna.visitor.post(
    `/staff/cases/${otherCase}/claim`,
    {},
    { from: `/staff/cases/${otherCase}` },
  )
  const written = await writeOnDesk(anna, otherCase, otherMeasure)
  const unproven = await portal.db('abuse_cases').whereNull('account_id').orderBy('id').pluck('id')
  const [shown = '', decided = '', taken = ''] = unproven.map(String)
  const { desk } = portal.parts
  await claimCase(desk, taken, first)
  return [
    ...[caseId, otherCase, shown, taken].map((id) => `/staff/cases/${id}`),
    ...(await decideMany(anna.id, first, shown, decided)),
    `/staff/cases/${otherCase}/measure?measure=suspend-sending&cause=spam&days=7`,
    `/staff/measures/${measureId}/lift`,
    `/staff/approvals/${proposalId}`,
    `/staff/appeals/${appealId}`,
    `/staff/accounts/${spammer}`,
    `/appeal/${signToken(portal.keyring, appealPurpose, otherMeasure)}`,
    ...written,
  ]
}

/** Decisions about many cases: one to send, one that waits for a second person, one that is done. */
async function decideMany(mine: string, other: string, open: string, decided: string) {
  const { desk } = portal.parts
  const choice = { decision: 'no-breach', cause: null, days: null } as const
  const make = async (caseId: string, by: string) => {
    const id = await makeRun(desk, choice, [caseId], by, Buffer.from(crypto.randomUUID()))
    const facts = await readFacts(portal.db, portal.keyring, [caseId], by)
    return { id, shown: writeShown(choice, facts) }
  }
  const { id: unsent } = await make(open, mine)
  const { id: waiting } = await make(open, other)
  await portal.db('bulk_runs').where({ id: waiting }).update({ state: 'proposed' })
  const done = await make(decided, mine)
  await sendRun(desk, done.id, { staffId: mine, right: 'analyst' }, done.shown)
  await workOnRun(desk, done.id)
  return [unsent, waiting, done.id].map((id) => `/staff/bulk/${id}`)
}

/** A legal hold, a template, and questions to a reporter and to an owner. */
async function writeOnDesk(
  { visitor }: StaffMember,
  caseId: string,
  measureId: string,
): Promise<string[]> {
  const holds = `/staff/cases/${caseId}/preservation`
  await visitor.post(holds, { reason: 'Request 17' })
  const from = '/staff/templates/new?audience=owner'
  const texts = { name: 'Thanks', be: 'Дзякуй', ru: 'Спасибо', en: 'Thanks', de: 'Danke' }
  await visitor.post('/staff/templates/new', { audience: 'owner', ...texts }, { from })
  const { id } = await portal.db('abuse_reports').where({ case_id: caseId }).first('id')
  const question = { words: 'What did the program show?', asks: 'on' }
  for (const page of [`/staff/cases/${caseId}/reports/${id}`, `/staff/measures/${measureId}`])
    await visitor.post(`${page}/write`, question)
  return [
    holds,
    from,
    `/words/report/${progressTokenOf(portal.parts, String(id))}`,
    `/words/appeal/${signToken(portal.keyring, appealPurpose, measureId)}`,
  ]
}

async function undoLink(accountId: string): Promise<string> {
  const offer = {
    changeId: crypto.randomUUID(),
    accountId,
    change: 'password.changed',
    reader: 'contact',
  } as const
  const at = portal.clock.now()
  const none = { old: undefined, replaces: [], at }
  const token = await underLock(portal.db, accountId, (trx) =>
    offerUndo(trx, portal.parts, { ...offer, ...none }),
  )
  return `/undo/${token}`
}

const ownPages = ['/account', methods, ...loadPosts().flatMap(({ formPages = [] }) => formPages)]
const recoveryPages = [
  '/recover',
  '/recover/method',
  '/recover/sms/code',
  '/recover/backup-address/sent',
]

type Tab = readonly [Visitor, FoundForm]

/** Opens every form that anna can see, each in a tab of hers. */
async function openAllForms(anna: StaffMember & Equipped): Promise<Tab[]> {
  const tabs: Tab[] = []
  const collect = async (visitor: Visitor, seeds: string[]) => {
    for (const form of await crawlForms(visitor, seeds)) tabs.push([visitor, form])
  }
  const desk = await prepareDesk(anna)
  await collectOfWaitingThings(anna, collect)
  for (const { linkPage } of loadPosts())
    if (linkPage) await collect(anna.visitor, [await linkPage(portal, anna)])
  // Only a full mailbox has the form for more room, and no worker may measure it meanwhile.
  await portal.stopWorker()
  const { db } = portal
  await db('mailboxes')
    .where({ account_id: anna.id })
    .update({ used_bytes: db.ref('quota_bytes') })
  await collect(anna.visitor, [
    '/',
    ...ownPages,
    await undoLink(anna.accountId),
    `/stop/${stopTokenOf(portal.keyring, anna.address)}`,
    '/staff/me',
    '/staff/cases',
    ...desk,
  ])
  await portal.startWorker()
  await collectOfOwnDevice(anna, collect)
  await collectOfRecovery(anna, collect)
  await collectOfStaffDoor(anna, collect)
  return tabs
}

type Collect = (visitor: Visitor, seeds: string[]) => Promise<void>

/** A filter that waits, filters that could not be held, and a password that waits. */
async function collectOfWaitingThings(anna: StaffMember & Equipped, collect: Collect) {
  await holdFilter(portal, platform, { accountId: anna.id, visitor: anna.visitor })
  await noteUnheld(portal.db, anna.id, portal.clock.now())
  const reachable = mock.property(platform, 'filters', undefined)
  await collect(anna.visitor, ['/account/filters'])
  reachable.mock.restore()
  const stranger = await begin(portal, anna.login)
  await stranger.post('/recover/security-question', { answer: anna.answer })
  assert.equal((await setPassword(stranger, 'a sentence of the stranger')).status, 303)
}

/** Staff are shown no such forms, because their sessions stay short. */
async function collectOfOwnDevice(anna: StaffMember & Equipped, collect: Collect) {
  const { db } = portal
  const roles = await db('staff_roles').where({ account_id: anna.id }).delete().returning('*')
  const kept = await signIn(portal, anna)
  await collect(kept, ['/account/sessions'])
  await kept.post('/account/sessions/keep-device', {}, { from: '/account/sessions' })
  await collect(kept, ['/account/sessions'])
  await db('staff_roles').insert(roles)
}

async function collectOfRecovery(anna: StaffMember & Equipped, collect: Collect) {
  await begin(portal, anna.login, anna.visitor)
  await collect(anna.visitor, recoveryPages)
  await askForCode(anna.visitor, { phone: anna.phone })
  await collect(anna.visitor, recoveryPages)
  await anna.visitor.get(await linkOf(portal, anna.visitor, anna))
  await collect(anna.visitor, ['/recover/new-password'])
}

/** Before the door is passed, while new codes are shown, and before anything is set up. */
async function collectOfStaffDoor(anna: StaffMember & Equipped, collect: Collect) {
  await collect(await signIn(portal, anna), ['/staff/door'])
  await anna.visitor.post('/staff/door/codes/renew', {}, { from: '/staff/me' })
  await collect(anna.visitor, ['/staff/door/codes'])
  const newcomer = await register(portal, { login: 'new.comer', password })
  await giveRole(portal, 'new.comer', 'analyst' satisfies StaffRole)
  await collect(newcomer, ['/staff/door/enrol'])
}

/** Forms that end a session come last: after them the others would find nobody signed in. */
function endingLast(tabs: readonly Tab[]): Tab[] {
  const ends = ([, { action }]: Tab) => /^\/(?:sign-out|account\/password)$/.test(action)
  return [...tabs.filter((each) => !ends(each)), ...tabs.filter(ends)]
}

describe('a form that was made in the session of one person', () => {
  it('a form acts only for the person in whose session it was made', async () => {
    const anna = await haveAll('anna.all')
    const boris = await haveAll('boris.all')
    const tabs = await openAllForms(anna)
    const paths = await formPaths(portal)
    const forgotten = paths.filter((path) => !tabs.some(([, form]) => isSentTo(path, form)))
    assert.deepEqual(forgotten, beforeSignIn, 'forms that no tab of the test shows')

    await portal.stopWorker()
    const then = await everythingKept()
    const acted: string[] = []
    for (const [tab, form] of endingLast(tabs)) {
      const answer = await send(nowOf(boris.visitor, tab), form)
      const [status, page, errors] = [answer.status, answer.page, answer.errors.join()]
      if (status !== 403 || page !== 'forbidden' || errors !== 'form.other-session')
        acted.push(`${form.action}: ${status} ${page ?? answer.location} ${errors}`)
    }
    assert.deepEqual(acted, [])
    await assertUnchanged(then)
    // The same forms are accepted in their own session, so they lacked nothing else.
    const [, own] = tabs.find(([, { action }]) => action === '/staff/me/shortcuts') ?? assert.fail()
    assert.equal((await send(anna.visitor, own)).status, 303)
    await portal.startWorker()
  })
})

describe('a form that was made in one recovery', () => {
  let anna: Equipped
  let boris: Equipped
  before(async () => {
    await portal.startWorker()
    anna = await equip(portal, 'anna.recovers')
    boris = await equip(portal, 'boris.recovers')
  })

  it('a form of one recovery does nothing in another, and names the newer one', async () => {
    const browser = portal.visitor()
    const forms: FoundForm[] = []
    const collect = async () => {
      for (const form of await crawlForms(browser, recoveryPages.slice(1), '/recover/'))
        if (form.action !== '/recover') forms.push(form)
    }
    await begin(portal, anna.login, browser)
    await collect()
    const code = await codeOf(portal, browser, anna)
    await collect()
    const link = await linkOf(portal, browser, anna)
    await collect()
    await browser.get(link)
    forms.push(...(await crawlForms(browser, ['/recover/new-password'], '/recover/')))
    const paths = (await formPaths(portal)).filter((path) => path.startsWith('/recover/'))
    assert.deepEqual(
      paths.filter((path) => !forms.some((form) => isSentTo(path, form))),
      [],
      'steps that the test does not walk',
    )
    assert.ok(
      forms.filter(({ fields }) => Number(fields.seen) > 0).length >= 2,
      'the forms that ask once more are among them',
    )

    const secrets = { code, phone: anna.phone, address: anna.address, answer: anna.answer }
    const typed = ({ fields }: FoundForm) =>
      Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, { ...secrets }[name] ?? value]),
      )
    const allDoNothing = async (due: string) => {
      const then = await everythingKept()
      for (const form of forms) {
        const { status, errors, html, headers } = await send(browser, {
          ...form,
          fields: typed(form),
        })
        assert.deepEqual(
          [status, errors],
          [422, ['flow.other']],
          `${form.action} ${headers.get('location')}`,
        )
        assert.match(html.replaceAll('<wbr>', ''), new RegExp(boris.mailbox), 'it is named')
        assert.match(html, new RegExp(`class="govuk-button" href="${due}"`))
      }
      await assertUnchanged(then)
    }
    await portal.stopWorker()
    await begin(portal, boris.login, browser)
    await allDoNothing('/recover/method')
    await portal.startWorker()
    await browser.get(await linkOf(portal, browser, boris))
    await portal.stopWorker()
    await allDoNothing('/recover/new-password')
    await portal.startWorker()
  })

  it('the second of two reset links reports no success that did not happen', async () => {
    const vera = await equip(portal, 'vera.recovers')
    const zoya = await equip(portal, 'zoya.recovers')
    const browser = portal.visitor()
    const open = async (person: Equipped) => {
      await begin(portal, person.login, browser)
      await browser.get(await linkOf(portal, browser, person))
      const [form] = await crawlForms(browser, ['/recover/new-password'], '/recover/')
      return form ?? assert.fail()
    }
    const ofVera = await open(vera)
    const ofZoya = await open(zoya)
    assert.equal((await send(browser, ofZoya)).location, '/recover/done')
    const late = await send(browser, ofVera)
    assert.deepEqual([late.status, late.errors], [422, ['flow.other']])
    const done = await browser.get('/recover/done')
    assert.match(done.html.replaceAll('<wbr>', ''), /zoya\.recovers@postern\.example/)
    assert.doesNotMatch(done.html, /vera\.recovers/)
    await signIn(portal, vera)
    await signIn(portal, { login: zoya.login, password: ofZoya.fields.password ?? '' })
    assert.equal(
      (await send(browser, ofZoya)).location,
      '/recover/done',
      'a second click gets the first answer',
    )
  })
})
