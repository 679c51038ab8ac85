// The pages of a recovery: what each shows, where each leads, and what a new password does.
import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { methodIds } from '#server/core/method-ids.ts'
import { flowTokenHashOf, setNewFlowToken } from '#server/recovery/flow/flow-cookie.ts'
import { type Flow, findFlow } from '#server/recovery/flow/store.ts'
import { applyReset, probationEnd } from '#server/recovery/reset/apply-reset.ts'
import { type ResetOutcome, resetPassword } from '#server/recovery/reset/reset-password.ts'
import { underLock } from '#test/support/account-lock.ts'
import { otherCode } from '#test/support/messages/outbox.ts'
import { signIn } from '#test/support/people.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { doJobs, jobsOf, type Written, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { begin, type Equipped, equip, setPassword } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const fresh = 'a new and longer sentence'
const hours = (count: number) => count * 3_600_000

const env = { LIMIT_SMS_WAIT_SECONDS: '0.001', LIMIT_RECOVERIES_PER_IP_HOUR: '12' }
let holding: TestPortal
after(() => holding?.stop())
const portal = usePortal({ freshLimits: true, env, worker: false }, async (portal) => {
  const hold = { ...env, SECURITY_QUESTION: 'hold', PROBATION_HOURS: '48' }
  holding = await startTestPortal({ env: hold, worker: false, database: portal.database })
})
afterEach(() => {
  for (const each of [portal, holding])
    assert.deepEqual(
      each.logged.filter((line) => line.includes('"level":"error"')),
      [],
      'nothing surprised the portal',
    )
})

const written = async (to: string, name: string): Promise<Written[]> =>
  (await writtenMessages(portal.db, portal.keyring)).filter(
    (each) => each.to === to && each.name === name,
  )

async function codeFor(visitor: Visitor, person: Equipped, phone = person.phone): Promise<string> {
  const asked = await visitor.post('/recover/sms', { phone })
  assert.deepEqual([asked.status, asked.location], [303, '/recover/sms/code'], asked.errors.join())
  await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code')
  return (await written(person.phone, 'recovery-code')).at(-1)?.params.code ?? ''
}

async function proven(person: Equipped, to = portal): Promise<Visitor> {
  const visitor = await begin(to, person.login)
  const answer = await visitor.post('/recover/security-question', { answer: person.answer })
  assert.deepEqual(
    [answer.status, answer.location],
    [303, '/recover/new-password'],
    answer.errors.join(),
  )
  return visitor
}

const flowOf = async (visitor: Visitor): Promise<Flow> =>
  (await findFlow(
    portal.db,
    hashToken(visitor.cookies.get('recovery') ?? ''),
    portal.clock.now(),
  )) ?? assert.fail('no flow')

const accountOf = ({ accountId }: Equipped) =>
  portal.db('accounts').where({ id: accountId }).first()
const block = ({ accountId }: Equipped) =>
  portal
    .db('accounts')
    .where({ id: accountId })
    .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
const isPassword = async (person: Equipped, password: string) =>
  portal.parts.hasher.verify((await accountOf(person)).password_verifier, password)
const activityOf = ({ accountId }: Equipped) =>
  portal.db('activity').where({ account_id: accountId }).orderBy('id').select('event', 'details')

/** What the first page says to a visitor who was sent back to it. */
const sentBack = () => portal.parts.texts.t('en', 'recover.start-again')

describe('the first page', () => {
  it('the first page asks for a name, and says once that a step was out of turn', async () => {
    const visitor = portal.visitor()
    const first = await visitor.get('/recover')
    assert.deepEqual([first.status, first.page], [200, 'recover'])
    assert.ok(!first.html.includes(sentBack()))
    assert.equal((await visitor.get('/recover/method')).location, '/recover')
    assert.ok((await visitor.get('/recover')).html.includes(sentBack()))
    assert.ok(!(await visitor.get('/recover')).html.includes(sentBack()))
    for (const login of ['', '   ']) {
      const refused = await visitor.post('/recover', { login })
      assert.deepEqual(
        [refused.status, refused.page, refused.errors],
        [422, 'recover', ['login.missing']],
      )
      assert.ok(!refused.html.includes(sentBack()))
    }
    assert.equal(visitor.cookies.has('recovery'), false)
    await visitor.post('/recover', { login: 'nobody-has-this' })
    assert.match(visitor.cookies.get('recovery') ?? '', /^[\w-]{43}$/)
  })

  it('a network begins and asks only so often an hour, and learns when it may again', async () => {
    const visitor = await begin(portal, 'nobody-has-this')
    for (let i = 0; i < 11; i++)
      assert.equal((await visitor.post('/recover', { login: `nobody-${i}` })).status, 303)
    for (const [path, fields] of [
      ['/recover', { login: 'nobody-more' }],
      ['/recover/backup-address', { address: 'a@elsewhere.example' }],
      ['/recover/sms', { phone: '+375291112233' }],
    ] as const) {
      const full = await visitor.post(path, fields)
      const seconds = Number(full.headers.get('retry-after'))
      assert.deepEqual([full.status, full.page], [429, 'too-many-tries'], path)
      assert.ok(seconds > 3500 && seconds <= 3600, `${seconds}`)
    }
    const keys: string[] = await portal.db('rate_limits').pluck('key')
    assert.ok(keys.some((key) => key.startsWith('recovery:')))
    // An answer has a limit of its own.
    assert.equal(
      (await visitor.post('/recover/security-question', { answer: 'x y z' })).status,
      422,
    )
  })

  it('a flow keeps language, device and place, and scripts cannot read its cookie', async () => {
    const visitor = portal.visitor()
    const headers = {
      'accept-language': 'de',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
    }
    const answer = await visitor.post('/recover', { login: 'nobody-has-this' }, { headers })
    const line = answer.headers.getSetCookie().find((each) => each.startsWith('recovery=')) ?? ''
    assert.match(line, /; Path=\/; HttpOnly; SameSite=Lax$/)
    const flow = await flowOf(visitor)
    assert.deepEqual(
      [flow.locale, flow.client.device, flow.client.place],
      ['de', 'Firefox, Linux', '127.0.…'],
    )
  })
})

describe('the cookie of a recovery', () => {
  const parts = (baseUrl: string) => ({ settings: { ...portal.settings, baseUrl } })
  const asked = (cookies: unknown) => ({ cookies }) as Parameters<typeof flowTokenHashOf>[1]

  it('the flow cookie is new each time, and bound to host and https where possible', () => {
    const set: unknown[][] = []
    const res = { cookie: (...all: unknown[]) => set.push(all) } as unknown as Parameters<
      typeof setNewFlowToken
    >[1]
    for (const [base, name, secure] of [
      ['https://postern.example', '__Host-recovery', true],
      ['http://localhost:3000', 'recovery', false],
    ] as const) {
      const hash = setNewFlowToken(parts(base), res)
      const [givenName, token, attributes] = set.at(-1) ?? []
      assert.deepEqual(
        [givenName, attributes],
        [name, { path: '/', httpOnly: true, sameSite: 'lax', secure }],
      )
      assert.deepEqual(hash, hashToken(String(token)))
      assert.deepEqual(flowTokenHashOf(parts(base), asked({ [name]: token })), hash)
    }
    assert.notEqual(set[0]?.[1], set[1]?.[1])
  })

  it('a flow never takes over a token that was planted beforehand', async () => {
    const planted = newToken()
    const visitor = portal.visitor()
    visitor.cookies.set('recovery', planted)
    await begin(portal, 'nobody-has-this', visitor)
    assert.notEqual(visitor.cookies.get('recovery'), planted)
    const attacker = portal.visitor()
    attacker.cookies.set('recovery', planted)
    assert.equal((await attacker.get('/recover/method')).location, '/recover')
  })

  it('a form acts only in the flow that its page named', async () => {
    const [first, second] = [await equip(portal), await equip(portal)]
    const visitor = await begin(portal, first.login)
    const _csrf = await visitor.token('/recover/security-question')
    await begin(portal, second.login, visitor)
    const body = new URLSearchParams({ _csrf, answer: second.answer }).toString()
    const sent = await visitor.send('/recover/security-question', body, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    assert.deepEqual([sent.status, sent.errors], [422, ['flow.other']])
    assert.equal((await flowOf(visitor)).state, 'begun')
  })

  it('a missing or malformed flow cookie counts as none', () => {
    for (const cookies of [undefined, {}, { recovery: 'short' }, { '__Host-recovery': newToken() }])
      assert.equal(flowTokenHashOf(parts('http://localhost:3000'), asked(cookies)), undefined)
  })
})

describe('the pages of the methods', () => {
  it('every name is offered the same methods, each with its own form', async () => {
    const forms = portal.parts.recoveryMethods.map(({ pages }) => pages.challenge ?? pages.proof)
    assert.equal(forms.length, methodIds.length)
    const visitor = await begin(portal, 'nobody-has-this')
    const page = await visitor.get('/recover/method')
    assert.deepEqual([page.status, page.page], [200, 'recover-method'])
    // A contact is asked for on this page, the other methods have a page of their own.
    const links = [...page.html.matchAll(/(?:href|action)="(\/recover\/[^"]+)"/g)].map(
      ([, to]) => to,
    )
    assert.deepEqual(
      links,
      forms.map(({ path }) => `/recover/${path}`),
    )
    for (const { path, page, field } of forms) {
      const form = await visitor.get(`/recover/${path}`)
      assert.deepEqual([form.status, form.page], [200, page])
      assert.ok(form.html.includes(`name="${field}"`), path)
    }
  })

  it('a text that cannot be a contact is shown again with the reason', async () => {
    const visitor = await begin(portal, 'nobody-has-this')
    for (const [path, field, typed, page, error] of [
      ['sms', 'phone', '12', 'recover-sms', 'phone.shape'],
      ['backup-address', 'address', 'not-one', 'recover-backup-address', 'address.shape'],
    ] as const) {
      const refused = await visitor.post(`/recover/${path}`, { [field]: typed })
      assert.deepEqual([refused.status, refused.page, refused.errors], [422, page, [error]])
      assert.ok(refused.html.includes(`value="${typed}"`), path)
    }
    // "Again" without a first time.
    const again = await visitor.post('/recover/sms', { again: 'yes' })
    assert.deepEqual([again.status, again.errors], [422, ['phone.missing']])
  })

  it('a step that is not due leads to the method asked last, or to the choice', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    for (const path of ['backup-address/sent', 'sms/code', 'new-password', 'done'])
      assert.equal((await visitor.get(`/recover/${path}`)).location, '/recover/method', path)
    await visitor.post('/recover/backup-address', { address: person.address })
    const sent = await visitor.get('/recover/backup-address/sent')
    assert.deepEqual([sent.status, sent.page], [200, 'recover-backup-address-sent'])
    for (const path of ['new-password', 'done'])
      assert.equal(
        (await visitor.get(`/recover/${path}`)).location,
        '/recover/backup-address/sent',
        path,
      )
    await codeFor(visitor, person)
    for (const path of ['new-password', 'done'])
      assert.equal((await visitor.get(`/recover/${path}`)).location, '/recover/sms/code', path)
    assert.equal((await visitor.get('/recover/method')).status, 200, 'another way stays open')
    assert.ok(!(await visitor.get('/recover')).html.includes(sentBack()), 'its time is not over')
    // A method that is not offered any more leads to the choice.
    await portal
      .db('recovery_flows')
      .where({ id: (await flowOf(visitor)).id })
      .update({ asked: 'carrier-pigeon' })
    assert.equal((await visitor.get('/recover/done')).location, '/recover/method')
  })

  it('a code is sent again to the typed number, and not more often than allowed', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const first = await codeFor(visitor, person)
    await pause(150)
    const again = await visitor.post(
      '/recover/sms',
      { again: 'yes' },
      { from: '/recover/sms/code' },
    )
    assert.deepEqual([again.status, again.location], [303, '/recover/sms/code'])
    await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code')
    const codes = await written(person.phone, 'recovery-code')
    assert.deepEqual([codes.length, codes[0]?.params.code], [2, first])
    await pause(150)
    await visitor.post('/recover/sms', { again: 'yes' }, { from: '/recover/sms/code' })
    await pause(150)
    const full = await visitor.post('/recover/sms', { again: 'yes' }, { from: '/recover/sms/code' })
    assert.deepEqual([full.status, full.page], [429, 'too-many-tries'])
    assert.ok(Number(full.headers.get('retry-after')) > 500)
  })

  it('a wrong proof is refused on its page, a right one leads to the password only', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const code = await codeFor(visitor, person)
    const wrong = await visitor.post('/recover/sms/code', { code: otherCode(code) })
    assert.deepEqual(
      [wrong.status, wrong.page, wrong.errors],
      [422, 'recover-sms-code', ['code.wrong']],
    )
    const right = await visitor.post('/recover/sms/code', { code })
    assert.deepEqual([right.status, right.location], [303, '/recover/new-password'])
    for (const path of ['method', 'sms', 'sms/code', 'backup-address', 'security-question', 'done'])
      assert.equal((await visitor.get(`/recover/${path}`)).location, '/recover/new-password', path)
    for (const [path, fields] of [
      ['sms', { phone: person.phone }],
      ['sms/code', { code }],
    ] as const) {
      const late = await visitor.post(`/recover/${path}`, fields, { from: '/recover' })
      assert.deepEqual([late.status, late.location], [303, '/recover/new-password'], path)
    }
    const other = await begin(portal, person.login)
    for (let i = 0; i < 3; i++)
      assert.deepEqual(
        (await other.post('/recover/security-question', { answer: 'wrong' })).errors,
        ['answer.wrong'],
      )
    const full = await other.post('/recover/security-question', { answer: 'wrong' })
    assert.equal(full.status, 429)
    assert.ok(Number(full.headers.get('retry-after')) > 86_000)
    // A page without a field takes no form.
    assert.equal(
      (await other.post('/recover/backup-address/sent', {}, { from: '/recover' })).status,
      404,
    )
  })

  it('a form of a flow that moved in another window leads to the step that is due', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const flow = await flowOf(visitor)
    const _csrf = await visitor.token('/recover/sms')
    // The other window keeps the row locked until it has moved the flow.
    const other = await portal.db.transaction()
    await other('recovery_flows')
      .where({ id: flow.id })
      .update({ state: 'proven', proven_by: 'phone' })
    const body = new URLSearchParams({ _csrf, phone: person.phone }).toString()
    const late = visitor.send('/recover/sms', body, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    await pause(150)
    await other.commit()
    assert.deepEqual([(await late).status, (await late).location], [303, '/recover/new-password'])
  })
})

describe('a recovery link', () => {
  it('a recovery link leads to the new password in its own flow, a dead one says so', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/backup-address', { address: person.address })
    await doJobs(portal.db, portal.tasks, 'backup-address:send-recovery-link')
    const token = (await written(person.address, 'recovery-link')).at(-1)?.params.token ?? ''
    const laptop = portal.visitor()
    const opened = await laptop.get(`/recover/link/${token}`)
    assert.deepEqual([opened.status, opened.location], [303, '/recover/new-password'])
    const form = await laptop.get('/recover/new-password')
    assert.deepEqual([form.status, form.page], [200, 'recover-new-password'])
    assert.ok(form.html.includes(person.mailbox))
    assert.equal((await setPassword(laptop, fresh)).location, '/recover/done')
    assert.equal(await isPassword(person, fresh), true)
    assert.ok(
      (await activityOf(person)).some(
        ({ event, details }) => event === 'password.reset' && details.method === 'backup-address',
      ),
    )
    for (const dead of [token, newToken(), 'nonsense']) {
      const page = await portal.visitor().get(`/recover/link/${dead}`)
      assert.deepEqual([page.status, page.page, page.errors], [422, 'recover-link', ['link.dead']])
      assert.match(page.html, /href="#main" data-error="/)
    }
  })

  it('a proof that died after it was given sets no password and ends its flow', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const code = await codeFor(visitor, person)
    await visitor.post('/recover/sms/code', { code })
    await portal
      .db('phones')
      .where({ account_id: person.accountId })
      .update({ confirmed_at: portal.clock.now() })
    const late = await setPassword(visitor, fresh)
    assert.deepEqual([late.status, late.page, late.errors], [422, 'recover-link', ['link.dead']])
    assert.equal(await isPassword(person, person.password), true)
    const row = await portal
      .db('recovery_flows')
      .where({ account_id: person.accountId })
      .orderBy('begun_at', 'desc')
      .first()
    assert.ok(row.ended_at, 'ended')
  })
})

describe('a new password', () => {
  it('a new password is judged by the rules, and a refused one can be typed again', async () => {
    const person = await equip(portal)
    const visitor = await proven(person)
    for (const [password, reason] of [
      ['short', 'too-short'],
      ['', 'missing'],
      [`${person.login}${person.login}`, undefined],
    ] as const) {
      const refused = await setPassword(visitor, password)
      assert.deepEqual([refused.status, refused.page], [422, 'recover-new-password'])
      if (reason) assert.deepEqual(refused.errors, [`password.${reason}`])
      assert.ok(refused.html.includes(person.mailbox))
    }
    const done = await setPassword(visitor, fresh)
    assert.deepEqual([done.status, done.location], [303, '/recover/done'])
    const page = await visitor.get('/recover/done')
    assert.deepEqual([page.status, page.page], [200, 'recover-done'])
    assert.doesNotMatch(page.html, /takes effect later/)
    for (const path of ['method', 'new-password', 'sms'])
      assert.equal((await visitor.get(`/recover/${path}`)).location, '/recover/done', path)
  })

  it('a reset ends what was begun, and every reader gets a notice with an undo link', async () => {
    const person = await equip(portal)
    const other = await begin(portal, person.login)
    const otherFlow = await flowOf(other)
    await portal.db('recovery_holds').insert({
      account_id: person.accountId,
      flow_id: otherFlow.id,
      password_verifier: 'v',
      password_sealed: 's',
      device: '',
      place: '',
      made_at: portal.clock.now(),
      due_at: portal.clock.now(),
    })
    const count = async (table: string) =>
      (await portal.db(table).where({ account_id: person.accountId })).length
    assert.equal(await count('known_devices'), 1)
    assert.equal(await count('sessions'), 1)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/sms/code', { code: await codeFor(visitor, person) })
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    assert.deepEqual(
      [await count('known_devices'), await count('sessions'), await count('recovery_holds')],
      [1, 0, 0],
    )
    const ended = await portal.db('recovery_flows').where({ id: otherFlow.id }).first()
    assert.ok(ended.ended_at)
    assert.equal((await accountOf(person)).probation_until, null, 'a code is a strong proof')
    for (const to of [person.mailbox, person.phone, person.address]) {
      const [notice, ...more] = await written(to, 'password-reset')
      assert.equal(more.length, 0)
      assert.equal(notice?.params.method, 'phone')
      assert.match(notice?.params.undoToken ?? '', /^[\w-]{43}$/)
    }
    const undos = await portal.db('undos').where({ account_id: person.accountId })
    assert.deepEqual(new Set(undos.map(({ change }) => change)), new Set(['password.reset']))
    const { event, details } = (await activityOf(person)).at(-1) ?? {}
    assert.deepEqual([event, details], ['password.reset', { method: 'phone' }])
  })

  it('a reset by an answer begins a probation of so many hours', async () => {
    const person = await equip(portal)
    const at = portal.clock.now().getTime()
    assert.equal((await setPassword(await proven(person), fresh)).location, '/recover/done')
    const { probation_until } = await accountOf(person)
    assert.ok(Math.abs(probation_until.getTime() - at - hours(72)) < 60_000)
    const settings = { probationHours: 0.5 }
    assert.deepEqual(probationEnd({ settings }, new Date(0)), new Date(1_800_000))
  })

  it('only a proven flow of an account that is still there sets a new password', async () => {
    const person = await equip(portal)
    const visitor = await proven(person)
    const flow = await flowOf(visitor)
    const client = { device: '', place: '' }
    const reset = (more: Partial<Flow>, password = fresh): Promise<ResetOutcome> =>
      resetPassword(portal.parts, { ...flow, ...more }, password, client)
    for (const more of [
      { state: 'asked' },
      { accountId: null },
      { address: null },
      { provenBy: null },
    ] as const)
      assert.deepEqual(await reset(more), { kind: 'moved' })
    assert.deepEqual(await reset({}, 'short'), { kind: 'refused', reason: 'too-short' })
    assert.equal(await isPassword(person, person.password), true)
    await block(person)
    assert.deepEqual(await reset({}), { kind: 'moved' })
    await portal
      .db('accounts')
      .where({ id: person.accountId })
      .update({ blocked_at: null, block_reason: null })
    const outcomes = await Promise.all([reset({}), reset({}), reset({})])
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['done', 'moved', 'moved'])
  })

  it('a form whose flow ended in another window sets no password and says so', async () => {
    const person = await equip(portal)
    const visitor = await proven(person)
    const flow = await flowOf(visitor)
    const _csrf = await visitor.token('/recover/new-password')
    const other = await portal.db.transaction()
    await other('accounts').where({ id: person.accountId }).forUpdate()
    await other('recovery_flows').where({ id: flow.id }).update({ state: 'done' })
    const body = new URLSearchParams({ _csrf, password: fresh }).toString()
    const late = visitor.send('/recover/new-password', body, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    await pause(150)
    await other.commit()
    assert.deepEqual(
      [(await late).status, (await late).errors],
      [422, ['password.set-already']],
      'not by this one',
    )
    assert.equal(await isPassword(person, person.password), true)
  })

  it('a form that is sent again tells nothing about a later password', async () => {
    const person = await equip(portal)
    const visitor = await proven(person)
    const _csrf = await visitor.token('/recover/new-password')
    const send = (password: string) =>
      visitor.send('/recover/new-password', new URLSearchParams({ _csrf, password }).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      })
    assert.equal((await send(fresh)).location, '/recover/done')
    assert.equal((await send(fresh)).location, '/recover/done', 'a second click')
    const later = `${fresh} of its owner`
    const owner = await signIn(portal, { login: person.login, password: fresh })
    assert.equal((await owner.post('/account/password', { password: later })).status, 303)
    for (const typed of [later, 'a guess that is wrong']) {
      const again = await send(typed)
      assert.deepEqual([again.status, again.errors], [422, ['password.set-already']])
    }
  })

  it('a reset after an undo begins no probation, and its notice names the undo', async () => {
    const person = await equip(portal)
    const visitor = await proven(person)
    const flow = await flowOf(visitor)
    await portal.db('recovery_flows').where({ id: flow.id }).update({ proven_by: 'undo' })
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    assert.equal((await accountOf(person)).probation_until, null)
    const [notice] = await written(person.mailbox, 'password-reset')
    assert.equal(notice?.params.method, 'undo')
  })

  it('the notice of a reset names the method, the device and the place', async () => {
    const person = await equip(portal)
    const password = { plain: fresh, verifier: await portal.parts.hasher.hash(fresh) }
    const at = portal.clock.now()
    const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }
    const reset = {
      accountId: person.accountId,
      provenBy: 'security-question',
      weak: true,
      password,
      at,
      client,
    } as const
    await underLock(portal.db, person.accountId, (trx) => applyReset(trx, portal.parts, reset))
    assert.equal(await isPassword(person, fresh), true)
    assert.deepEqual((await accountOf(person)).probation_until, probationEnd(portal, at))
    const [notice] = await written(person.address, 'password-reset')
    assert.deepEqual(
      [notice?.params.method, notice?.params.at, notice?.params.device, notice?.params.place],
      ['security-question', at.toISOString(), 'Firefox, Linux', 'Minsk, BY'],
    )
  })
})

describe('SECURITY_QUESTION=hold', () => {
  const applyJobs = async ({ accountId }: Equipped) =>
    (await jobsOf(portal.db, 'recovery:apply-held')).filter(
      ({ payload }) => payload.accountId === accountId,
    )
  const run = (task: string, payload = {}) =>
    holding.tasks[task]?.(payload, { attempt: 1, maxAttempts: 1 })

  async function hold(person: Equipped): Promise<Visitor> {
    const visitor = await proven(person, holding)
    const set = await setPassword(visitor, fresh)
    assert.deepEqual([set.status, set.location], [303, '/recover/done'])
    return visitor
  }

  it('a password by an answer is held, announced, and ends all other flows', async () => {
    const person = await equip(holding)
    const other = await begin(holding, person.login)
    const otherFlow = await flowOf(other)
    const at = holding.clock.now().getTime()
    assert.equal((await other.get('/recover/security-question')).status, 200)
    const visitor = await hold(person)
    const done = await visitor.get('/recover/done')
    assert.deepEqual([done.status, done.page], [200, 'recover-done'])
    assert.match(done.html, /The new password takes effect later/)
    for (const path of ['method', 'new-password'])
      assert.equal((await visitor.get(`/recover/${path}`)).location, '/recover/done', path)
    assert.equal(await isPassword(person, person.password), true)
    assert.ok((await portal.db('recovery_flows').where({ id: otherFlow.id }).first()).ended_at)
    const row = await portal.db('recovery_holds').where({ account_id: person.accountId }).first()
    assert.ok(Math.abs(row.due_at.getTime() - at - hours(48)) < 60_000)
    assert.equal(row.due_at.getTime() - row.made_at.getTime(), hours(48))
    const [job, ...others] = await applyJobs(person)
    assert.equal(others.length, 0)
    assert.deepEqual(
      [job?.payload, job?.key, job?.runAt],
      [{ accountId: person.accountId }, `recovery:apply-held:${person.accountId}`, row.due_at],
    )
    for (const to of [person.mailbox, person.phone, person.address]) {
      const [notice] = await written(to, 'password-reset-held')
      assert.equal(notice?.params.takesEffectAt, row.due_at.toISOString())
      assert.match(notice?.params.undoToken ?? '', /^[\w-]{43}$/)
    }
    const undos = await portal.db('undos').where({ account_id: person.accountId })
    assert.deepEqual(new Set(undos.map(({ change }) => change)), new Set(['password.reset-held']))
    const { event, details } = (await activityOf(person)).at(-1) ?? {}
    assert.deepEqual([event, details], ['password.reset-held', {}])
  })

  it('a held password is applied in its time, by its own job or by the sweep', async () => {
    const [one, two] = [await equip(holding), await equip(holding)]
    for (const person of [one, two]) await hold(person)
    await run('recovery:apply-held', { accountId: one.accountId })
    await run('recovery:sweep-held')
    assert.equal(await isPassword(one, one.password), true)
    assert.equal(await isPassword(two, two.password), true)
    holding.clock.advance(hours(49))
    await run('recovery:apply-held', { accountId: one.accountId })
    assert.deepEqual([await isPassword(one, fresh), await isPassword(two, fresh)], [true, false])
    await run('recovery:sweep-held')
    assert.equal(await isPassword(two, fresh), true)
    for (const person of [one, two]) {
      const [notice] = await written(person.address, 'password-reset')
      assert.equal(notice?.params.method, 'security-question')
      assert.ok((await accountOf(person)).probation_until > holding.clock.now())
    }
    await run('recovery:apply-held', { accountId: one.accountId })
    assert.equal((await written(one.address, 'password-reset')).length, 1)
    holding.clock.advance(-hours(49))
  })

  it('a password by a strong proof is never held', async () => {
    const person = await equip(holding)
    const visitor = await begin(holding, person.login)
    await visitor.post('/recover/sms', { phone: person.phone })
    await doJobs(portal.db, holding.tasks, 'phone:send-recovery-code')
    const code = (await written(person.phone, 'recovery-code')).at(-1)?.params.code ?? ''
    await visitor.post('/recover/sms/code', { code })
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    assert.equal(await isPassword(person, fresh), true)
  })
})
