// Sends every form of the portal a second time, at the same moment and later: it acts once.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import express from 'express'
import { signToken } from '#server/core/keys/signed-token.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { noteUnheld } from '#server/mail/filters/store.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { stopTokenOf } from '#server/recovery/stopped-addresses/stop-token.ts'
import { ourDomain, startAbusePortal } from '#test/support/desk/abuse.ts'
import {
  appealAgainst,
  approve,
  caseOf,
  propose,
  reportLetter,
  shownOn,
} from '#test/support/desk/cases.ts'
import {
  authenticatorCode,
  enrolStaff,
  giveRole,
  readSecret,
  type StaffMember,
} from '#test/support/desk/staff.ts'
import { holdFilter } from '#test/support/mail-platform/filters.ts'
import { awaitCode } from '#test/support/messages/outbox.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually, type TestPortal, type TestPortalOptions } from '#test/support/portal.ts'
import {
  begin,
  codeOf,
  equip,
  forgetLimits,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

/** Every POST path of the portal, as its routes name it. */
const crawled = new Set<string>()

const platform = createMemoryPlatform()
let ada: StaffMember
let bela: StaffMember

async function startWatched(options: TestPortalOptions): Promise<TestPortal> {
  const route = (express as unknown as { Route: { prototype: Record<string, unknown> } }).Route
    .prototype
  const post = route.post as (this: { path: unknown }, ...handlers: unknown[]) => unknown
  route.post = function (this: { path: unknown }, ...handlers: unknown[]) {
    crawled.add(String(this.path))
    return post.apply(this, handlers)
  }
  const started = await startAbusePortal(options)
  route.post = post
  return started
}
const portal = usePortal(
  {
    ports: { platform },
    env: {
      LIMIT_RECOVERIES_PER_IP_HOUR: '100000',
      LIMIT_SMS_TOTAL_DAY: '100000',
      SECURITY_QUESTION: 'hold',
      MEASURES_WITHOUT_SECOND_PERSON: '0',
      QUOTA_GROWTH: 'request',
      TWILIO_AUTH_TOKEN: '',
    },
  },
  async (portal) => {
    ada = await enrolStaff(portal, 'ada.a', 'analyst', 'senior', 'support', 'operator')
    bela = await enrolStaff(portal, 'bela.b', 'senior')
  },
  startWatched,
)

interface Form {
  readonly visitor: Visitor
  readonly path: string
  readonly fields?: Record<string, string>
  /** The page of the form, if `path` has none. */
  readonly from?: string
}

interface Repeated {
  /** Makes something new to act on for each sending. */
  readonly open: () => Promise<Form>
  /** Where both answers lead: a path or the beginning of one. */
  readonly leads: string | RegExp
  /** Where a later second answer leads, if that is another place, and why. */
  readonly later?: { readonly leads: string | RegExp; readonly because: string }
}

let count = 0
const next = () => ++count
const login = () => `repeated${next()}q`
const password = 'zwei Störche im Nebel'
const numbers = () => `+37533${String(1_000_000 + 7 * next())}`

async function reported(): Promise<{ accountId: string; login: string; caseId: string }> {
  const person = await arrive(portal)
  await reportLetter(portal, person)
  return { ...person, caseId: await caseOf(portal, person.accountId) }
}

async function proposed() {
  const person = await reported()
  const id = await propose(portal, { ...person, by: ada.id, measure: 'limit-sending' })
  return { ...person, id }
}

async function inForce() {
  const measure = await proposed()
  await approve(portal, measure.id, bela.id)
  return measure
}

const onCase = async (
  what: string,
  fields: Record<string, string> = {},
  first?: string,
): Promise<Form> => {
  const { caseId } = await reported()
  const path = `/staff/cases/${caseId}`
  if (first) await ada.visitor.post(`${path}/${first}`, {}, { from: path })
  return { visitor: ada.visitor, path: `${path}/${what}`, fields, from: path }
}

async function withAppPassword() {
  const person = await arrive(portal)
  await person.visitor.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  const { id } = await portal
    .db('app_passwords')
    .where({ account_id: person.accountId })
    .first('id')
  return { ...person, id: String(id) }
}

async function asked(kind: 'phone' | 'backup-address') {
  const { visitor, login: name } = await arrive(portal)
  const to = kind === 'phone' ? numbers() : `${name}@elsewhere.example`
  await visitor.post(
    `/account/recovery/${kind}`,
    kind === 'phone' ? { phone: to } : { address: to },
  )
  return { visitor, code: await awaitCode(portal, to) }
}

const methods = '/account/recovery'
const contactForms = (
  kind: 'phone' | 'backup-address',
  field: string,
  to: () => string,
): Record<string, Repeated> => ({
  [`${methods}/${kind}`]: {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: `${methods}/${kind}`,
      fields: { [field]: to() },
    }),
    leads: `${methods}/${kind}/confirm`,
  },
  [`${methods}/${kind}/confirm`]: {
    async open() {
      const { visitor, code } = await asked(kind)
      return { visitor, path: `${methods}/${kind}/confirm`, fields: { code } }
    },
    leads: methods,
  },
  [`${methods}/${kind}/confirm/again`]: {
    async open() {
      const { visitor } = await asked(kind)
      await forgetLimits(portal)
      const from = `${methods}/${kind}/confirm`
      const seen = /name="seen" value="(\d+)"/.exec((await visitor.get(from)).html)?.[1] ?? ''
      return { visitor, path: `${from}/again`, fields: { seen }, from }
    },
    leads: `${methods}/${kind}/confirm`,
  },
  [`${methods}/${kind}/remove`]: {
    open: async () => ({
      visitor: (await equip(portal)).browser,
      path: `${methods}/${kind}/remove`,
      from: methods,
    }),
    leads: methods,
  },
})

const posts: Record<string, Repeated> = {
  '/account/app-passwords/:id/keep': {
    async open() {
      const { visitor, accountId, id } = await withAppPassword()
      await portal
        .db('app_passwords')
        .where({ account_id: accountId })
        .update({ held_at: portal.clock.now() })
      return {
        visitor,
        path: `/account/app-passwords/${id}/keep`,
        from: '/account/app-passwords/new',
      }
    },
    leads: '/account/app-passwords',
  },
  '/account/app-passwords/:id/revoke': {
    async open() {
      const { visitor, id } = await withAppPassword()
      return { visitor, path: `/account/app-passwords/${id}/revoke` }
    },
    leads: '/account/app-passwords',
  },
  '/account/app-passwords/new': {
    async open() {
      const { visitor } = await arrive(portal)
      return { visitor, path: '/account/app-passwords/new', fields: { name: 'Laptop', imap: 'on' } }
    },
    leads: '/account/app-passwords/created',
  },
  '/account/app-passwords/revoke-all': {
    open: async () => ({
      visitor: (await withAppPassword()).visitor,
      path: '/account/app-passwords/revoke-all',
    }),
    leads: '/account/app-passwords',
  },
  '/account/confirm-password': {
    async open() {
      const person = await arrive(portal)
      const fields = { password: person.password, next: '/account/activity' }
      return { visitor: person.visitor, path: '/account/confirm-password', fields }
    },
    leads: '/account/activity',
  },
  '/account/filters/:id/keep': {
    async open() {
      const { visitor, id } = await holdFilter(portal, platform, await arrive(portal))
      return { visitor, path: `/account/filters/${id}/keep`, from: '/account/filters' }
    },
    leads: '/account/filters',
  },
  '/account/filters/:id/remove': {
    async open() {
      const { visitor, id } = await holdFilter(portal, platform, await arrive(portal))
      return { visitor, path: `/account/filters/${id}/remove`, from: '/account/filters' }
    },
    leads: '/account/filters',
  },
  '/account/filters/looked': {
    async open() {
      const { visitor, accountId } = await arrive(portal)
      await noteUnheld(portal.db, accountId, portal.clock.now())
      return { visitor, path: '/account/filters/looked', from: '/account/filters' }
    },
    leads: '/account/filters',
  },
  '/account/password': {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: '/account/password',
      fields: { password },
    }),
    leads: /^\/(account|sign-in\?next=%2Faccount%2Fpassword)$/,
  },
  ...contactForms('phone', 'phone', numbers),
  ...contactForms('backup-address', 'address', () => `${login()}@elsewhere.example`),
  [`${methods}/security-question`]: {
    async open() {
      const { visitor } = await arrive(portal)
      const fields = { question: 'first-job', answer: 'Гарбарня на Нямізе' }
      return { visitor, path: `${methods}/security-question`, fields }
    },
    leads: methods,
  },
  [`${methods}/security-question/remove`]: {
    open: async () => ({
      visitor: (await equip(portal)).browser,
      path: `${methods}/security-question/remove`,
      from: methods,
    }),
    leads: methods,
  },
  '/account/sessions/:id/end': {
    async open() {
      const person = await arrive(portal)
      await portal.visitor().post('/sign-in', { login: person.login, password: person.password })
      const { html } = await person.visitor.get('/account/sessions')
      return {
        visitor: person.visitor,
        path: /\/account\/sessions\/[0-9a-f-]{36}\/end/.exec(html)?.[0] ?? '',
        from: '/account/sessions',
      }
    },
    leads: '/account/sessions',
  },
  '/account/sessions/end-others': {
    async open() {
      const person = await arrive(portal)
      await portal.visitor().post('/sign-in', { login: person.login, password: person.password })
      return {
        visitor: person.visitor,
        path: '/account/sessions/end-others',
        from: '/account/sessions',
      }
    },
    leads: '/account/sessions',
  },
  '/account/space': {
    async open() {
      const { visitor, accountId } = await arrive(portal)
      const full = { used_bytes: portal.db.ref('quota_bytes'), measured_at: portal.clock.now() }
      await portal.db('mailboxes').where({ account_id: accountId }).update(full)
      const from = /name="from" value="(\d+)"/.exec((await visitor.get('/account')).html)?.[1] ?? ''
      return { visitor, path: '/account/space', fields: { from }, from: '/account' }
    },
    leads: '/account',
  },
  '/account/waiting-password/stop': {
    async open() {
      const person = await equip(portal)
      const stranger = await begin(portal, person.login)
      await stranger.post('/recover/security-question', { answer: person.answer })
      assert.equal((await setPassword(stranger, password)).status, 303)
      return { visitor: person.browser, path: '/account/waiting-password/stop', from: '/account' }
    },
    leads: '/account',
  },
  '/appeal/:token': {
    async open() {
      const { id } = await inForce()
      const path = `/appeal/${signToken(portal.keyring, appealPurpose, id)}`
      return { visitor: portal.visitor(), path, fields: { appeal: 'It was not me.' } }
    },
    leads: /^\/appeal\//,
  },
  '/recover': {
    open: async () => ({
      visitor: portal.visitor(),
      path: '/recover',
      fields: { login: (await arrive(portal)).login },
    }),
    leads: '/recover/method',
  },
  '/recover/backup-address': {
    async open() {
      const person = await equip(portal)
      const visitor = await begin(portal, person.login)
      return {
        visitor,
        path: '/recover/backup-address',
        fields: { address: person.address, seen: '0' },
      }
    },
    leads: '/recover/backup-address/sent',
  },
  '/recover/new-password': {
    async open() {
      const visitor = await proveByPhone(portal, await equip(portal))
      return { visitor, path: '/recover/new-password', fields: { password } }
    },
    leads: '/recover/done',
  },
  '/recover/security-question': {
    async open() {
      const person = await equip(portal)
      const visitor = await begin(portal, person.login)
      return { visitor, path: '/recover/security-question', fields: { answer: person.answer } }
    },
    leads: '/recover/new-password',
  },
  '/recover/sms': {
    async open() {
      const person = await equip(portal)
      const visitor = await begin(portal, person.login)
      return { visitor, path: '/recover/sms', fields: { phone: person.phone } }
    },
    leads: '/recover/sms/code',
  },
  '/recover/sms/code': {
    async open() {
      const person = await equip(portal)
      const visitor = await begin(portal, person.login)
      return {
        visitor,
        path: '/recover/sms/code',
        fields: { code: await codeOf(portal, visitor, person) },
      }
    },
    leads: '/recover/new-password',
  },
  '/register': {
    open: async () => ({
      visitor: portal.visitor(),
      path: '/register',
      fields: { login: login(), password },
    }),
    leads: '/account/welcome',
  },
  '/report': {
    open: async () => ({
      visitor: portal.visitor(),
      path: '/report',
      fields: {
        sender: `${login()}@${ourDomain}`,
        kind: 'spam',
        reporter: `${login()}@elsewhere.example`,
        note: 'Every day.',
      },
    }),
    leads: '/report/sent',
  },
  '/sign-in': {
    async open() {
      const person = await arrive(portal)
      return {
        visitor: portal.visitor(),
        path: '/sign-in',
        fields: { login: person.login, password: person.password },
      }
    },
    leads: '/account',
  },
  '/sign-out': {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: '/sign-out',
      from: '/account',
    }),
    leads: '/',
  },
  '/staff/accounts/:id/end-sessions': {
    async open() {
      const { accountId } = await arrive(portal)
      const from = `/staff/accounts/${accountId}`
      return { visitor: ada.visitor, path: `${from}/end-sessions`, from }
    },
    leads: /^\/staff\/accounts\//,
  },
  '/staff/appeals/:id/decide': {
    async open() {
      // The person who took the measure may not decide.
      const { accountId, caseId } = await reported()
      const carl = await enrolStaff(portal, login(), 'senior')
      const id = await propose(portal, { accountId, caseId, by: bela.id, measure: 'limit-sending' })
      await approve(portal, id, carl.id)
      const from = `/staff/appeals/${await appealAgainst(portal, id)}`
      return { visitor: ada.visitor, path: `${from}/decide`, fields: { decision: 'lifted' }, from }
    },
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/approvals/:id/approve': {
    async open() {
      const from = `/staff/approvals/${(await proposed()).id}`
      return {
        visitor: bela.visitor,
        path: `${from}/approve`,
        fields: await shownOn(bela.visitor, from),
        from,
      }
    },
    leads: '/staff/approvals',
  },
  '/staff/approvals/:id/refuse': {
    async open() {
      const from = `/staff/approvals/${(await proposed()).id}`
      return { visitor: bela.visitor, path: `${from}/refuse`, from }
    },
    leads: '/staff/approvals',
  },
  '/staff/cases/:id/attribute': {
    async open() {
      const { accountId, login: name } = await arrive(portal)
      const sender = `${login()}@${ourDomain}`
      await portal.visitor().post('/report', { sender, kind: 'spam', note: 'Every day.' })
      const row = await eventually(() =>
        portal.db('abuse_cases').whereNull('account_id').orderBy('id', 'desc').first(),
      )
      assert.ok(accountId)
      const from = `/staff/cases/${row.id}`
      return {
        visitor: ada.visitor,
        path: `${from}/attribute`,
        fields: { address: `${name}@${ourDomain}` },
        from,
      }
    },
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/cases/:id/claim': { open: () => onCase('claim'), leads: /^\/staff\/cases\/\d+$/ },
  '/staff/cases/:id/close': {
    open: () => onCase('close', { outcome: 'no-breach' }),
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/cases/:id/measure': {
    async open() {
      const wanted = { measure: 'limit-sending', cause: 'spam', days: '7' }
      const form = await onCase('measure', wanted)
      const from = `${form.path}?${new URLSearchParams(wanted)}`
      return { ...form, fields: { ...wanted, ...(await shownOn(form.visitor, from)) }, from }
    },
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/cases/:id/note': {
    open: () => onCase('note', { note: 'Two letters, one sender.' }),
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/cases/:id/release': {
    open: () => onCase('release', {}, 'claim'),
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/staff/door': {
    async open() {
      const member = await enrolStaff(portal, login(), 'support')
      portal.clock.advance(31_000)
      const visitor = portal.visitor()
      await visitor.post('/sign-in', { login: member.login, password: member.password })
      return {
        visitor,
        path: '/staff/door',
        fields: { code: authenticatorCode(portal, member.secret) },
      }
    },
    leads: '/staff',
  },
  '/staff/door/codes': {
    async open() {
      const { visitor } = await enrolStaff(portal, login(), 'support')
      await visitor.post('/staff/door/codes/renew', {}, { from: '/staff/me' })
      return { visitor, path: '/staff/door/codes' }
    },
    leads: '/staff',
  },
  '/staff/door/codes/renew': {
    async open() {
      const { visitor } = await enrolStaff(portal, login(), 'support')
      return { visitor, path: '/staff/door/codes/renew', from: '/staff/me' }
    },
    leads: '/staff/door/codes',
  },
  '/staff/door/enrol': {
    async open() {
      const person = await arrive(portal)
      await giveRole(portal, person.login, 'support')
      const secret = readSecret((await person.visitor.get('/staff/door/enrol')).html)
      return {
        visitor: person.visitor,
        path: '/staff/door/enrol',
        fields: { code: authenticatorCode(portal, secret) },
      }
    },
    leads: '/staff/door/codes',
  },
  '/staff/me/shortcuts': {
    open: async () => ({
      visitor: ada.visitor,
      path: '/staff/me/shortcuts',
      fields: { shortcuts: 'off' },
      from: '/staff/me',
    }),
    leads: '/staff/me',
  },
  '/staff/measures/:id/lift': {
    async open() {
      const path = `/staff/measures/${(await inForce()).id}/lift`
      return { visitor: bela.visitor, path }
    },
    leads: /^\/staff\/cases\/\d+$/,
  },
  '/stop/:token': {
    async open() {
      const token = stopTokenOf(portal.keyring, `${login()}@elsewhere.example`)
      return { visitor: portal.visitor(), path: `/stop/${token}`, fields: { what: 'stop' } }
    },
    leads: /^\/stop\//,
  },
  '/undo/:token': {
    async open() {
      const person = await equip(portal)
      await person.browser.post(`${methods}/phone/remove`, {}, { from: methods })
      return { visitor: portal.visitor(), path: await undoLinkOf(portal, person.address) }
    },
    leads: '/recover/new-password',
  },
}

/** Reports of a gateway have a test of their own, and questions of mail programs change nothing. */
const sentByPrograms = ['/hooks/twilio/status/:id', '/autodiscover/autodiscover.xml']

const untilDone = () =>
  eventually(async () => {
    const { rows } = await portal.db.raw(
      'select count(*)::int as n from graphile_worker._private_jobs where run_at <= now()',
    )
    return rows[0].n === 0
  })

/** Messages, records of the act and new rows. A repeated sign-in is recorded each time. */
async function effects(): Promise<Record<string, number>> {
  await untilDone()
  const { rows } = await portal.db.raw(
    `select (select count(*)::int from messages) as messages,
       (select count(*)::int from activity
         where event not in ('sign-in.succeeded', 'sign-out.succeeded')) as activity,
       (select count(*)::int from audit
         where action not like '%viewed' and action not like '%signed-in') as audit,
       (select count(*)::int from accounts) as accounts,
       (select count(*)::int from app_passwords) as "app passwords",
       (select count(*)::int from abuse_reports) as reports,
       (select count(*)::int from abuse_case_entries) as "case entries",
       (select count(*)::int from appeals) as appeals,
       (select count(*)::int from measures) as measures`,
  )
  return rows[0]
}

const grown = (from: Record<string, number>, to: Record<string, number>) =>
  Object.fromEntries(Object.entries(to).map(([name, value]) => [name, value - (from[name] ?? 0)]))

/** The form as its page shows it, ready to be sent several times. */
async function ready({
  visitor,
  path,
  fields = {},
  from = path,
}: Form): Promise<() => Promise<Answer>> {
  const body = new URLSearchParams({ _csrf: await visitor.token(from), ...fields }).toString()
  return () => visitor.send(path, body, { 'content-type': 'application/x-www-form-urlencoded' })
}

function leadsTo(answer: Answer, leads: string | RegExp, what: string): void {
  assert.equal(answer.status, 303, `${what}: ${answer.page} ${answer.errors.join()}`)
  if (typeof leads === 'string') assert.equal(answer.location, leads, what)
  else assert.match(answer.location ?? '', leads, what)
}

describe('a form that is sent twice', () => {
  it('every form of the portal is in the list that says what its second sending does', () => {
    const known = [...Object.keys(posts), ...sentByPrograms].sort()
    assert.deepEqual([...crawled].sort(), known)
  })

  for (const [path, { open, leads, later }] of Object.entries(posts)) {
    it(`a form that is sent twice acts once and answers the same: ${path}`, async () => {
      await forgetLimits(portal)
      const send = await ready(await open())
      const before = await effects()
      leadsTo(await send(), leads, 'first')
      const once = await effects()
      leadsTo(await send(), later?.leads ?? leads, 'second, afterwards')
      assert.deepEqual(grown(once, await effects()), grown(once, once), 'the second did something')

      await forgetLimits(portal)
      const sendAtOnce = await ready(await open())
      const start = await effects()
      const answers = await Promise.all([sendAtOnce(), sendAtOnce()])
      for (const answer of answers) leadsTo(answer, leads, 'at once')
      assert.deepEqual(
        grown(start, await effects()),
        grown(before, once),
        'two at once did more than one',
      )
    })
  }
})

describe('a form of a password that is sent again with another password', () => {
  const other = 'drei Störche im Nebel'
  it('another password sent by the form of an ended recovery sets nothing', async () => {
    const person = await equip(portal)
    const visitor = await proveByPhone(portal, person)
    const form = { visitor, path: '/recover/new-password' }
    const [first, second] = [
      await ready({ ...form, fields: { password } }),
      await ready({ ...form, fields: { password: other } }),
    ]
    leadsTo(await first(), '/recover/done', 'first')
    const refused = await second()
    assert.deepEqual([refused.status, refused.errors], [422, ['password.set-already']])
    leadsTo(await first(), '/recover/done', 'a second click')
    await signIn(portal, { login: person.login, password })
    assert.equal(
      (await portal.visitor().post('/sign-in', { login: person.login, password: other })).status,
      422,
    )
  })

  it('another password sent by the same form sets nothing while the first one waits', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/security-question', { answer: person.answer })
    const form = { visitor, path: '/recover/new-password' }
    const [first, second] = [
      await ready({ ...form, fields: { password } }),
      await ready({ ...form, fields: { password: other } }),
    ]
    for (const answer of await Promise.all([first(), first()]))
      leadsTo(answer, '/recover/done', 'at once')
    assert.deepEqual((await second()).errors, ['password.set-already'])
    leadsTo(await first(), '/recover/done', 'a second click')
  })

  it('another password sent by the form of an own change sets nothing', async () => {
    const { visitor, login: name } = await arrive(portal)
    const form = { visitor, path: '/account/password' }
    const [first, second] = [
      await ready({ ...form, fields: { password } }),
      await ready({ ...form, fields: { password: other } }),
    ]
    leadsTo(await first(), '/account', 'first')
    const refused = await second()
    assert.deepEqual([refused.status, refused.errors], [403, ['form.other-session']])
    await signIn(portal, { login: name, password })
  })
})
