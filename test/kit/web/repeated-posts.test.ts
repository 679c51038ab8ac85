// Sends every form of the portal a second time, at the same moment and later: it acts once.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import express from 'express'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { startAbusePortal } from '#test/support/desk/abuse.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually, type TestPortal, type TestPortalOptions } from '#test/support/portal.ts'
import { begin, equip, forgetLimits, proveByPhone } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer } from '#test/support/visitor.ts'
import { type Form, loadPosts, type PostTrial, type Repeated } from '#test/support/web/posts.ts'

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

let count = 0
const next = () => ++count
const login = () => `repeated${next()}q`
const password = 'zwei Störche im Nebel'
const trial: PostTrial = {
  portal,
  platform,
  get ada() {
    return ada
  },
  get bela() {
    return bela
  },
  password,
  login,
  number: () => `+37533${String(1_000_000 + 7 * next())}`,
}

const posts = Object.assign({}, ...loadPosts().map((own) => own.posts(trial))) as Record<
  string,
  Repeated
>

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
