import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { putConfirmation } from '#server/recovery/contacts/store.ts'
import { judgePhone } from '#server/recovery/phone/link-phone.ts'
import { createSmsLimit } from '#server/recovery/phone/sms-limit.ts'
import { underLock } from '#test/support/account-lock.ts'
import { awaitCode, awaitSent, otherCode } from '#test/support/messages/outbox.ts'
import { accountIdOf, hanna, type Person, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const form = '/account/recovery/phone'
const confirm = '/account/recovery/phone/confirm'
let count = 0
const somebody = (): Person => ({ login: `somebody${++count}n`, password: hanna.password })

/** Counters of SMS and nothing else: each test has its own day. */
const nextDay = () => portal.db('rate_limits').where('key', 'like', 'sms-%').delete()

async function link(visitor: Visitor, phone: string, e164: string, messages = 1): Promise<void> {
  const asked = await visitor.post(form, { phone })
  assert.deepEqual([asked.status, asked.location], [303, confirm], asked.errors.join())
  const linked = await visitor.post(confirm, { code: await awaitCode(portal, e164, messages) })
  assert.deepEqual(
    [linked.status, linked.location],
    [303, '/account/recovery'],
    linked.errors.join(),
  )
}

test('a person links a phone as people write it at home, and sees it masked', async () => {
  const visitor = await register(portal, hanna)
  assert.match((await visitor.get('/account/welcome')).html, /href="\/account\/recovery\/phone"/)
  await visitor.post(form, { phone: '8 029 123-45-67' })
  assert.match((await visitor.get('/account/recovery')).html, /Code not entered yet/)
  const [sms] = await awaitSent(portal, '+375291234567')
  assert.match(sms?.text ?? '', /\n@127\.0\.0\.1 #\d{6}$/)
  const code = await awaitCode(portal, '+375291234567')
  // As people paste them: full-width, with a blank.
  const typed = `${code.slice(0, 3)} ${code.slice(3)}`.replace(/\d/g, (digit) =>
    String.fromCodePoint(0xff10 + Number(digit)),
  )
  assert.equal((await visitor.post(confirm, { code: typed })).location, '/account/recovery')
  const page = await visitor.get('/account/recovery')
  assert.match(page.html, /\+375 •• ••• •• 67/)
  assert.ok(!page.html.includes('1234567') && !page.html.includes('123-45-67'))
  await awaitSent(portal, 'hanna.k@postern.example', 1)
  const removed = await visitor.post(`${form}/remove`, {}, { from: '/account/recovery' })
  assert.equal(removed.location, '/account/recovery')
  const notices = await awaitSent(portal, '+375291234567', 3)
  assert.ok(notices.some(({ text }) => /removed.*\/undo\//s.test(text)))
  const { rows } = await portal.db.raw(`select count(*)::int as n from claims where kind = 'phone'`)
  assert.equal(rows[0].n, 0)
})

test('numbers that get no SMS are refused with the reason', async () => {
  const visitor = await register(portal, somebody())
  for (const [phone, reason] of [
    ['', 'missing'],
    ['12', 'shape'],
    ['+375 17 226-60-00', 'not-mobile'],
    ['+62 812 3456 7890', 'country'],
    ['+375 29 123-45-67 ext. 5', 'extension'],
  ] as const) {
    const answer = await visitor.post(form, { phone })
    assert.deepEqual(
      [answer.status, answer.page, answer.errors],
      [422, 'phone', [`phone.${reason}`]],
    )
  }
})

test('that another mailbox holds a contact is told only after its code was proven', async () => {
  const [holder, stranger] = [
    await register(portal, somebody()),
    await register(portal, somebody()),
  ]
  await link(holder, '+375 29 777 00 01', '+375297770001')
  await nextDay()
  const asked = await stranger.post(form, { phone: '80297770001' })
  assert.deepEqual([asked.status, asked.location], [303, confirm])
  const code = await awaitCode(portal, '+375297770001', 3)
  assert.deepEqual((await stranger.post(confirm, { code: otherCode(code) })).errors, ['code.wrong'])
  const taken = await stranger.post(confirm, { code })
  assert.deepEqual(
    [taken.status, taken.page, taken.errors],
    [422, 'phone-confirm', ['phone.taken']],
  )
  const again = await stranger.post(confirm, { code }, { from: '/account/recovery' })
  assert.deepEqual(
    [again.status, again.errors],
    [422, ['phone.taken']],
    'a second click gets the answer of the first',
  )
})

test('of a hundred mailboxes that claim one phone in ten spellings at once, one wins', async () => {
  const spellings = [
    '+375 29 600-11-22',
    '375296001122',
    '80296001122',
    '8 029 600 11 22',
    '00375296001122',
    '810375296001122',
    '029 600-11-22',
    '+375 (29) 600 11 22',
    'tel:+375296001122',
    '＋３７５２９６００１１２２',
  ]
  const code = '314159'
  const people = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const person = somebody()
      const visitor = await register(portal, person)
      const judged = judgePhone(portal.parts, spellings[i % 10] ?? '')
      assert.ok(judged.kind === 'ok', spellings[i % 10])
      const { e164 } = judged.number
      const accountId = await accountIdOf(portal, person.login)
      await underLock(portal.db, accountId, (trx) =>
        putConfirmation(trx, portal.keyring, {
          accountId,
          epoch: firstEpoch,
          contact: { kind: 'phone', value: e164, canonical: e164 },
          code,
          at: portal.clock.now(),
          expiresAt: new Date(portal.clock.now().getTime() + 600_000),
          triesAllowed: 5,
        }),
      )
      return { visitor, token: await visitor.token(confirm) }
    }),
  )
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const answers = await Promise.all(
    people.map(async ({ visitor, token }) => {
      const send = () =>
        visitor.send(confirm, new URLSearchParams({ _csrf: token, code }).toString(), form)
      let answer = await send()
      // A busy machine lacks connections for all of them: then they ask again, as people do.
      for (let tries = 0; answer.status === 503 && tries < 20; tries += 1) answer = await send()
      return answer
    }),
  )
  assert.equal(answers.filter((each) => each.status === 303).length, 1)
  assert.equal(answers.filter((each) => each.errors[0] === 'phone.taken').length, 99)
  const { rows } = await portal.db.raw(`select
    (select count(*)::int from claims where kind = 'phone') as claims,
    (select count(*)::int from phones) as phones`)
  assert.equal(rows[0].phones, rows[0].claims)
})

test('codes to one number wait longer each time, and stop at three in ten minutes', async () => {
  await nextDay()
  const one = await register(portal, somebody())
  const phone = '+375298880001'
  const waitIsOver = () =>
    portal.db('rate_limits').where('key', 'like', '%sms-wait%').update({ expire: 1 })
  const refusedFor = async (seconds: number) => {
    // The number typed again leads to the code on its way. The button for another one says when.
    assert.equal((await one.post(form, { phone })).location, confirm)
    const answer = await one.post(`${confirm}/again`, {}, { from: form })
    assert.deepEqual([answer.status, answer.page], [429, 'too-many-tries'])
    const wait = Number(answer.headers.get('retry-after'))
    assert.ok(wait <= seconds && wait > seconds - 30, `${wait} s of ${seconds}`)
  }
  assert.equal((await one.post(form, { phone })).status, 303)
  await refusedFor(60)
  assert.match((await one.get(confirm)).html, /Another code can be sent in/)
  await waitIsOver()
  assert.equal((await one.post(`${confirm}/again`, {}, { from: form })).status, 303)
  await refusedFor(120)
  await waitIsOver()
  assert.equal((await one.post(`${confirm}/again`, {}, { from: confirm })).status, 303)
  await refusedFor(600)
  await waitIsOver()
  await refusedFor(600)
  assert.equal((await awaitSent(portal, phone, 3)).length, 3)
})

test('a number, a block of numbers and a day have limits for SMS', async () => {
  await nextDay()
  const settings = { ...portal.settings, limitSmsTotalDay: 22, limitSmsWaitSeconds: 0.125 }
  const limit = createSmsLimit(portal.parts.limits, portal.keyring, settings)
  const number = (block: number, i: number) => ({
    e164: `+37529${block}${String(i).padStart(4, '0')}`,
    country: 'BY',
    prefix: `+37529${block}`,
  })
  const reasonOf = async (given: ReturnType<typeof number>, confirmed = false) => {
    const permit = await limit.permit(given, { confirmed })
    return permit.kind === 'refused' ? permit.reason : 'permitted'
  }
  assert.equal(await reasonOf({ ...number(100, 0), country: 'ID' }), 'country')
  const block = await Promise.all(Array.from({ length: 30 }, (_, i) => reasonOf(number(100, i))))
  assert.equal(block.filter((each) => each === 'permitted').length, 20)
  assert.equal(block.filter((each) => each === 'prefix').length, 10)
  assert.deepEqual(
    [await reasonOf(number(200, 1)), await reasonOf(number(300, 1))],
    ['permitted', 'permitted'],
  )
  assert.equal(await reasonOf(number(400, 1)), 'total')
  assert.equal(await reasonOf(number(400, 1), true), 'permitted')
  const same = await Promise.all(Array.from({ length: 20 }, () => reasonOf(number(500, 1), true)))
  assert.equal(same.filter((each) => each === 'permitted').length, 1)
  const { rows } = await portal.db.raw(
    `select count(*)::int as n from rate_limits where key like '%37529%'`,
  )
  assert.equal(rows[0].n, 0, 'counters tell no number')
})

test('strangers leave the owner of a number two of its six SMS a day', async () => {
  await nextDay()
  const limit = createSmsLimit(portal.parts.limits, portal.keyring, {
    ...portal.settings,
    limitSmsWaitSeconds: 0.125,
  })
  const number = { e164: '+375296660001', country: 'BY', prefix: '+37529666' }
  const reasonOf = async (confirmed: boolean) => {
    await portal
      .db('rate_limits')
      .where('key', 'like', 'sms-wait%')
      .orWhere('key', 'like', 'sms-burst%')
      .delete()
    const permit = await limit.permit(number, { confirmed })
    return permit.kind === 'refused' ? permit.reason : 'permitted'
  }
  for (let asked = 0; asked < 4; asked++) assert.equal(await reasonOf(false), 'permitted')
  assert.equal(await reasonOf(false), 'number')
  assert.deepEqual(
    [await reasonOf(true), await reasonOf(true), await reasonOf(true)],
    ['permitted', 'permitted', 'number'],
  )
})

test('an account that asks for number after number is stopped', async () => {
  await nextDay()
  const visitor = await register(portal, somebody())
  for (let i = 0; i < 10; i++)
    assert.equal(
      (await visitor.post(form, { phone: `+37529${100 + i}0001` })).status,
      303,
      String(i),
    )
  assert.equal((await visitor.post(form, { phone: '+375291990001' })).status, 429)
})

test('during probation no recovery method is changed, whichever page asks', async () => {
  await nextDay()
  const person = somebody()
  const visitor = await register(portal, person)
  await link(visitor, '+375297771234', '+375297771234')
  const ahead = new Date(portal.clock.now().getTime() + 72 * 3_600_000)
  await portal
    .db('accounts')
    .where({ address: `${person.login}@postern.example` })
    .update({ probation_until: ahead })
  const page = await visitor.get('/account/recovery')
  assert.match(page.html, /locked for a while/)
  assert.doesNotMatch(page.html, /phone\/remove/)
  assert.doesNotMatch((await visitor.get(form)).html, /name="phone"/)
  const send = (path: string, fields: Record<string, string>) =>
    visitor.post(path, fields, { from: '/account' })
  for (const [path, fields] of [
    [form, { phone: '+375297774321' }],
    [`${form}/remove`, {}],
    ['/account/recovery/backup-address', { address: 'new@elsewhere.example' }],
    ['/account/recovery/backup-address/remove', {}],
    [
      '/account/recovery/security-question',
      { question: 'first-job', answer: 'гарбарня на Нямізе' },
    ],
    ['/account/recovery/security-question/remove', {}],
  ] as const) {
    const answer = await send(path, fields)
    assert.deepEqual([answer.status, answer.errors], [422, ['recovery-methods.probation']], path)
  }
  await portal.db('accounts').update({ probation_until: null })
  assert.equal((await send(`${form}/remove`, {})).status, 303)
})
