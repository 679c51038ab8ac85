// What a measure does to an account, on every path that leads into it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claim } from '#server/accounts/claims/store.ts'
import { msPerDay, msPerMinute } from '#server/core/durations.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'
import { describeBlock } from '#server/desk/measures/describe-block.ts'
import type { WantedMeasure } from '#server/desk/measures/measure-rules.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import {
  allowsTransition,
  consequencesOf,
  isMilder,
  measureNames,
  measureRows,
  type Standing,
  transitions,
} from '#server/desk/measures/measures.ts'
import { endExpiredMeasures, liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { judgeSending } from '#server/mail/sending-limits/judge-sending.ts'
import type { DescribedMethod } from '#server/recovery/flow/recovery-method.ts'
import { hasWayBack } from '#server/recovery/methods/methods.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { accountIdOf, register, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import {
  begin,
  type Equipped,
  equip,
  linkOf,
  setPassword,
} from '#test/support/recovery/recovery.ts'

const senior = { staffId: '', right: 'senior' as const }
const analyst = { staffId: '', right: 'analyst' as const }
const portal = useAbusePortal({}, async (portal) => {
  const staff = { login: 'senior.staff', password: 'a long password of these tests' }
  await register(portal, staff)
  senior.staffId = await accountIdOf(portal, staff.login)
  analyst.staffId = senior.staffId
})

const typed = ({ login, password }: Equipped) => ({ login, password })
const inDays = (days: number) => new Date(portal.clock.now().getTime() + days * msPerDay)
const take = (
  person: { accountId: string },
  measure: WantedMeasure['measure'],
  more: Partial<WantedMeasure> = {},
  by: { staffId: string; right: 'analyst' | 'senior' } = senior,
) =>
  takeMeasure(
    portal.parts.desk,
    { accountId: person.accountId, caseId: null, measure, cause: 'phishing', until: null, ...more },
    by,
  )
const suspensionOf = async (person: Equipped) =>
  (await portal.platform.observe(person.mailbox))?.suspension

async function lift(person: Equipped): Promise<void> {
  const inForce = await findInForce(portal.db, person.accountId)
  assert.equal((await liftMeasure(portal.parts.desk, inForce?.id ?? '', senior)).kind, 'lifted')
}

test('every measure can be lifted and none follows itself', () => {
  for (const name of measureNames) {
    assert.ok(allowsTransition('none', name))
    assert.ok(allowsTransition(name, 'none'))
    assert.ok(!allowsTransition(name, name))
    assert.ok(consequencesOf(name).includes('owner-told'))
    assert.ok(isMilder('none', name))
    assert.equal(measureRows[name].name, name)
  }
  for (const [from, targets] of Object.entries(transitions))
    assert.ok(!targets.includes(from as Standing))
})

test('a contact in doubt is a way back if there is no other, a question in doubt is none', () => {
  const way = (id: DescribedMethod['id'], more: Partial<DescribedMethod> = {}): DescribedMethod =>
    ({ id, state: 'set', weak: id === 'security-question', href: '', ...more }) as DescribedMethod
  assert.ok(hasWayBack([way('phone', { doubtful: true })]))
  assert.ok(hasWayBack([way('backup-address', { state: 'pending' }), way('security-question')]))
  assert.ok(
    !hasWayBack([
      way('security-question', { doubtful: true, shut: true }),
      way('phone', { state: 'none' }),
    ]),
  )
  assert.ok(
    !hasWayBack([
      way('security-question', { state: 'closed' }),
      way('backup-address', { state: 'pending' }),
    ]),
  )
})

test('a blocked account is shut on every path, and opens again as it was', async () => {
  const person = await equip(portal)
  assert.equal((await take(person, 'block')).kind, 'taken')
  await eventually(async () => (await suspensionOf(person)) === 'all')
  assert.equal((await person.browser.get('/account')).status, 303, 'the open session is over')
  assert.equal((await portal.visitor().post('/sign-in', typed(person))).location, '/blocked')

  const visitor = await begin(portal, person.login)
  const asked = await visitor.post('/recover/backup-address', { address: person.address })
  assert.equal(asked.location, '/recover/backup-address/sent', 'the page tells nothing')
  const bySms = await visitor.post('/recover/sms', { phone: person.phone })
  assert.equal(bySms.location, '/recover/sms/code', 'nor does this one')
  const byAnswer = await visitor.post('/recover/security-question', { answer: person.answer })
  assert.deepEqual(
    [byAnswer.status, byAnswer.errors],
    [422, ['answer.wrong']],
    'the right answer is worth nothing',
  )
  const notice = await awaitText(portal, person.address, /lure readers/)
  assert.match(notice.text, /\/appeal\//)
  await new Promise((done) => setTimeout(done, 500))
  assert.ok(
    (await sentTo(portal, person.address)).every(({ text }) => !text.includes('/recover/link/')),
  )
  assert.ok(
    (await sentTo(portal, person.phone)).every(({ text }) => !/\d{8}$/m.test(text)),
    'no code by SMS',
  )

  const other = await equip(portal)
  const at = portal.clock.now()
  for (const [kind, value] of [
    ['phone', person.phone],
    ['backup-address', person.address],
  ] as const) {
    const outcome = await portal.db.transaction((trx) =>
      claim(trx, portal.keyring, { kind, value, accountId: other.accountId }, at),
    )
    assert.equal(outcome, 'taken', `${kind} stays with the blocked account`)
  }
  assert.deepEqual((await portal.visitor().post('/register', typed(person))).errors, [
    'login.taken',
  ])

  await lift(person)
  await eventually(async () => (await suspensionOf(person)) === 'none')
  await signIn(portal, person)
  await awaitText(portal, person.address, /can be used as before/)
})

test('a mailbox that a stranger uses stays shut until its owner recovers it', async () => {
  const person = await equip(portal)
  const asked = await person.browser.post('/account/app-passwords/new', {
    name: 'Phone',
    imap: 'on',
  })
  assert.equal(asked.location, '/account/app-passwords/created', asked.errors.join())
  const appPasswords = () =>
    portal.db('app_passwords').where({ account_id: person.accountId }).whereNull('revoked_at')
  assert.equal((await appPasswords()).length, 1)
  assert.equal((await take(person, 'compromised', { cause: 'compromised' })).kind, 'taken')
  assert.equal((await appPasswords()).length, 0, 'app passwords end with it')
  await eventually(async () => (await suspensionOf(person)) === 'login')
  await eventually(async () =>
    portal
      .db('mailboxes')
      .where({ account_id: person.accountId })
      .where('ended_filters_revision', '>', 0)
      .first(),
  )
  assert.equal((await person.browser.get('/account')).status, 303)
  const thief = portal.visitor()
  assert.equal((await thief.post('/sign-in', typed(person))).location, '/blocked')
  assert.match((await thief.get('/blocked')).html, /href="\/recover"/)

  const visitor = await begin(portal, person.login)
  const link = await linkOf(portal, visitor, person)
  await visitor.get(link)
  await setPassword(visitor, 'ein ganz neues langes Passwort')
  assert.equal(await findInForce(portal.db, person.accountId), undefined)
  await eventually(async () => (await suspensionOf(person)) === 'none')
  await signIn(portal, { ...person, password: 'ein ganz neues langes Passwort' })
})

test('a measure whose time is over ends by itself, once', async () => {
  const person = await equip(portal)
  const taken = await take(person, 'suspend-all', { until: inDays(2) })
  assert.equal(taken.kind, 'taken')
  assert.equal(await endExpiredMeasures(portal.parts.desk), 0)
  portal.clock.advance(2 * msPerDay + 1000)
  const ended = await Promise.all([1, 2, 3].map(() => endExpiredMeasures(portal.parts.desk)))
  assert.equal(
    ended.reduce((sum, n) => sum + n, 0),
    1,
  )
  await eventually(async () => (await suspensionOf(person)) === 'none')
  await signIn(portal, person)
})

test('a measure that suspends only sending leaves the portal open', async () => {
  const person = await equip(portal)
  assert.equal((await take(person, 'suspend-all', { until: inDays(3) })).kind, 'taken')
  assert.equal((await take(person, 'suspend-sending')).kind, 'taken')
  await eventually(async () => (await suspensionOf(person)) === 'send')
  const visitor = await signIn(portal, person)
  assert.match((await visitor.get('/account')).html, /You can read email, but not send it/)
  assert.match((await visitor.get('/blocked')).html, /Appeal against the decision/)
  assert.equal((await take(person, 'limit-sending', { until: inDays(3) })).kind, 'taken')
  await eventually(async () => (await suspensionOf(person)) === 'none')
  assert.equal((await describeBlock(portal.parts.desk, person.accountId))?.extent, 'limited')
  const rows = await portal.db('measures').where({ account_id: person.accountId }).orderBy('id')
  assert.deepEqual(
    rows.map(({ end_reason }) => end_reason),
    ['replaced', 'replaced', null],
  )
})

test('an account with limited sending sends a few letters a day and no more', async () => {
  const person = await equip(portal)
  await take(person, 'limit-sending', { until: inDays(3) })
  const answers = new Map<string, number>()
  for (let n = 0; n < 8; n += 1) {
    const request = new Map([
      ['protocol_state', 'END-OF-MESSAGE'],
      ['sasl_username', person.mailbox],
    ])
    const answer = (await judgeSending(portal.parts, request)).slice(0, 5)
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
  }
  assert.deepEqual(
    [...answers],
    [
      ['DUNNO', 5],
      ['554 5', 3],
    ],
  )
})

test('a measure that the table or the right does not allow changes nothing', async () => {
  const person = await equip(portal)
  const kinds = [
    await take(person, 'block', {}, analyst),
    await take(person, 'suspend-all'),
    await take(person, 'block', { until: inDays(1) }),
    await take(person, 'suspend-sending', { until: inDays(-1) }),
    await take({ accountId: senior.staffId }, 'suspend-sending'),
    await take({ accountId: '7b0e8a3e-0000-4000-8000-000000000000' }, 'suspend-sending'),
  ].map(({ kind }) => kind)
  assert.deepEqual(kinds, [
    'right-needed',
    'until-needed',
    'until-not-allowed',
    'until-past',
    'own-account',
    'unknown-account',
  ])
  assert.equal((await portal.db('measures').where({ account_id: person.accountId })).length, 0)
})

test('only a senior analyst ends a lasting block', async () => {
  const person = await equip(portal)
  const taken = await take(person, 'block')
  assert.ok(taken.kind === 'taken')
  const outcome = await liftMeasure(portal.parts.desk, taken.measure.id, analyst)
  assert.equal(outcome.kind, 'right-needed')
  assert.equal((await take(person, 'suspend-sending', {}, analyst)).kind, 'right-needed')
})

test('an appeal is possible for twenty days, and not against an ended measure', async () => {
  const person = await equip(portal)
  await take(person, 'block')
  const notice = await awaitText(portal, person.address, /\/appeal\//)
  const href = /\/appeal\/[\w-]+/.exec(notice.text)?.[0] ?? ''
  const visitor = portal.visitor()
  const empty = await visitor.post(href, { appeal: '  ' })
  assert.deepEqual([empty.status, empty.errors], [422, ['appeal.missing']])
  assert.deepEqual((await visitor.post(href, { appeal: 'a'.repeat(4001) })).errors, [
    'appeal.too-long',
  ])
  assert.equal((await visitor.get(`${href.slice(0, -2)}AA`)).status, 404)
  portal.clock.advance(21 * msPerDay)
  assert.match((await visitor.get(href)).html, /time to appeal is over/)
  await lift(person)
  assert.match((await visitor.get(href)).html, /nothing left to appeal against/)
})

test('what the owner may learn of a block is shown only after the right password, and not for long', async () => {
  const person = await equip(portal)
  await take(person, 'block')
  const visitor = portal.visitor()
  assert.equal((await visitor.get('/blocked')).location, '/sign-in')
  await visitor.post('/sign-in', typed(person))
  assert.equal((await visitor.get('/blocked')).status, 200)
  const cookie = visitor.cookies.get('blocked') ?? ''
  for (const path of ['/account', '/account/activity', '/account/recovery'])
    assert.equal((await visitor.get(path)).status, 303, path)
  portal.clock.advance(16 * msPerMinute)
  assert.equal((await visitor.get('/blocked')).location, '/sign-in')
  visitor.cookies.set('blocked', `${cookie.slice(0, -4)}AAAA`)
  assert.equal((await visitor.get('/blocked')).location, '/sign-in')
})

test('a password given in an earlier epoch shows nothing of a block', async () => {
  const person = await equip(portal)
  await take(person, 'block')
  const visitor = portal.visitor()
  await visitor.post('/sign-in', typed(person))
  assert.equal((await visitor.get('/blocked')).status, 200)
  await portal.db('accounts').where({ id: person.accountId }).increment('epoch')
  assert.equal((await visitor.get('/blocked')).location, '/sign-in')
})

test('a signed link of one purpose opens nothing of another', () => {
  const token = signToken(portal.keyring, 'abuse.appeal', '42')
  assert.equal(openSignedToken(portal.keyring, 'abuse.appeal', token), '42')
  assert.equal(openSignedToken(portal.keyring, 'abuse.progress', token), undefined)
  for (const other of [
    undefined,
    '',
    'x'.repeat(40),
    `${token}A`,
    token.slice(0, -1),
    token.toLowerCase(),
    [token],
  ])
    assert.equal(openSignedToken(portal.keyring, 'abuse.appeal', other), undefined)
})
