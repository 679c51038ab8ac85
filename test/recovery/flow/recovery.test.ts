import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOwnChangeLimit } from '#server/accounts/password/own-change-limit.ts'
import { parsePhoneNumber, writePhone } from '#server/core/identifiers/phone-number.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { awaitSent, otherCode, sentTo } from '#test/support/messages/outbox.ts'
import { signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import {
  askForCode,
  begin,
  codeOf,
  type Equipped,
  equip,
  forgetLimits,
  linkOf,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const fresh = 'a new and longer sentence'

const portal = usePortal({ freshLimits: true, env: { LIMIT_SMS_WAIT_SECONDS: '0.01' } })

const passwordOf = async ({ accountId }: Equipped) =>
  (await portal.db('accounts').where({ id: accountId }).first()).password_verifier as string

describe('somebody who forgot the password', () => {
  it('an owner gets back in by the backup address, on another device', async () => {
    const hanna = await equip(portal)
    const phone = await begin(portal, hanna.login)
    const link = await linkOf(portal, phone, hanna)
    assert.equal(
      (await phone.get('/recover/backup-address/sent')).page,
      'recover-backup-address-sent',
    )

    const laptop = portal.visitor()
    const opened = await laptop.get(link)
    assert.deepEqual([opened.status, opened.location], [303, '/recover/new-password'])
    const form = await laptop.get('/recover/new-password')
    assert.equal(form.page, 'recover-new-password')
    assert.match(form.html, /autocomplete="username"/)
    const set = await setPassword(laptop, fresh)
    assert.deepEqual([set.status, set.location], [303, '/recover/done'])
    assert.equal((await laptop.get('/recover/done')).page, 'recover-done')
    // Not signed in by it, and the earlier session has ended.
    assert.match((await laptop.get('/account')).location ?? '', /^\/sign-in/)
    assert.match((await hanna.browser.get('/account')).location ?? '', /^\/sign-in/)
    await signIn(portal, { login: hanna.login, password: fresh })
    const old = await portal
      .visitor()
      .post('/sign-in', { login: hanna.login, password: hanna.password })
    assert.deepEqual(old.errors, ['password.wrong'])
    assert.deepEqual((await laptop.get(link)).errors, ['link.dead'])
  })

  it('an owner gets back in by SMS, and every reader gets a notice with an undo link', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.mailbox)
    const code = await codeOf(portal, visitor, person)
    assert.equal(code.length, 8)
    const page = await visitor.get('/recover/sms/code')
    assert.equal(page.page, 'recover-sms-code')
    assert.ok(page.html.includes(writePhone(person.phone)), 'a typo can be seen')
    const wrong = await visitor.post('/recover/sms/code', { code: otherCode(code) })
    assert.deepEqual([wrong.status, wrong.errors], [422, ['code.wrong']])
    const proven = await visitor.post('/recover/sms/code', {
      code: `${code.slice(0, 4)} ${code.slice(4)}`,
    })
    assert.deepEqual([proven.status, proven.location], [303, '/recover/new-password'])
    const weak = await setPassword(visitor, 'short')
    assert.deepEqual(
      [weak.status, weak.page, weak.errors],
      [422, 'recover-new-password', ['password.too-short']],
    )
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    for (const to of [person.mailbox, person.address, person.phone]) await undoLinkOf(portal, to)
    assert.equal((await sentTo(portal, person.mailbox)).length, 1)
    const again = await signIn(portal, { login: person.login, password: fresh })
    assert.match(
      (await again.get('/account/activity')).html,
      /A new password was set: by a code sent to the phone/,
    )
  })

  it('a reset by the security question keeps all methods as they are for three days', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const asked = await visitor.get('/recover/security-question')
    assert.match(asked.html, /What was the surname of your first teacher\?/)
    const wrong = await visitor.post('/recover/security-question', { answer: 'Iвановa' })
    assert.deepEqual(
      [wrong.status, wrong.page, wrong.errors],
      [422, 'recover-question', ['answer.wrong']],
    )
    const right = await visitor.post('/recover/security-question', { answer: ' каліноуская гай ' })
    assert.deepEqual([right.status, right.location], [303, '/recover/new-password'])
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const back = await signIn(portal, { login: person.login, password: fresh })
    const held = await back.post('/account/recovery/phone/remove', {}, { from: '/account' })
    assert.notEqual(held.status, 303)
    assert.equal(
      (await portal.db('phones').where({ account_id: person.accountId }).first('account_id')) !==
        undefined,
      true,
    )
    portal.clock.advance(73 * 3_600_000)
  })

  it('a reset reaches the mail platform: new password set, old sessions cut', async () => {
    const person = await equip(portal)
    const visitor = await proveByPhone(portal, person)
    await setPassword(visitor, fresh)
    await eventually(async () => {
      const row = await portal.db('mailboxes').where({ account_id: person.accountId }).first()
      return (
        row.password_live_at && Number(row.ended_sessions_revision) >= Number(row.password_revision)
      )
    })
  })
})

describe('steps out of order', () => {
  it('a step out of order leads to the step that is due', async () => {
    const person = await equip(portal)
    const visitor = portal.visitor()
    const steps = [
      'method',
      'backup-address',
      'backup-address/sent',
      'sms',
      'sms/code',
      'security-question',
      'new-password',
      'done',
    ]
    for (const step of steps)
      assert.equal((await visitor.get(`/recover/${step}`)).location, '/recover', step)
    await begin(portal, person.login, visitor)
    for (const step of ['backup-address/sent', 'sms/code', 'new-password', 'done'])
      assert.equal((await visitor.get(`/recover/${step}`)).location, '/recover/method', step)
    const early = await visitor.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.deepEqual([early.status, early.location], [303, '/recover/method'])
    const noCode = await visitor.post(
      '/recover/sms/code',
      { code: '12345678' },
      { from: '/recover' },
    )
    assert.deepEqual([noCode.status, noCode.location], [303, '/recover/method'])
    await codeOf(portal, visitor, person)
    assert.equal((await visitor.get('/recover/new-password')).location, '/recover/sms/code')
    assert.equal((await visitor.get('/recover/sms')).page, 'recover-sms')
  })

  it('an empty or impossible form is refused on its own page', async () => {
    assert.deepEqual((await portal.visitor().post('/recover', { login: ' ' })).errors, [
      'login.missing',
    ])
    const visitor = await begin(portal, 'nobody-of-ours')
    assert.deepEqual((await visitor.post('/recover/sms', { phone: '12' })).errors, ['phone.shape'])
    assert.deepEqual((await visitor.post('/recover/backup-address', { address: 'x' })).errors, [
      'address.shape',
    ])
    assert.deepEqual((await visitor.post('/recover/security-question', { answer: '' })).errors, [
      'answer.missing',
    ])
    assert.deepEqual((await visitor.get('/recover/link/nonsense')).errors, ['link.dead'])
    assert.equal((await visitor.get('/recover/link/nonsense')).status, 422)
  })
})

describe('tries', () => {
  it('a recovery allows five tries of a code, and sending again gives no more', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    let code = await codeOf(portal, visitor, person)
    for (let round = 0; round < 3; round++)
      assert.deepEqual(
        (await visitor.post('/recover/sms/code', { code: otherCode(code) })).errors,
        ['code.wrong'],
      )
    await askForCode(visitor, { again: 'yes' }, '/recover/sms/code')
    const [newest] = await awaitSent(portal, person.phone, 2)
    code = /\d{8}/.exec(newest?.text ?? '')?.[0] ?? ''
    for (let round = 0; round < 2; round++)
      assert.deepEqual(
        (await visitor.post('/recover/sms/code', { code: otherCode(code) })).errors,
        ['code.wrong'],
      )
    const dead = await visitor.post('/recover/sms/code', { code })
    assert.deepEqual([dead.status, dead.errors], [422, ['code.dead']])
    assert.match(dead.html, /href="\/recover"/)
  })

  it('ten wrong codes a day and name are judged, and a known browser has its own ten', async () => {
    const person = await equip(portal)
    for (let flow = 0; flow < 2; flow++) {
      const visitor = await begin(portal, person.login)
      const code = await codeOf(portal, visitor, person, flow + 1)
      for (let round = 0; round < 5; round++)
        await visitor.post('/recover/sms/code', { code: otherCode(code) })
    }
    const visitor = await begin(portal, person.login)
    const code = await codeOf(portal, visitor, person, 3)
    const full = await visitor.post('/recover/sms/code', { code })
    assert.equal(full.status, 429)
    assert.ok(Number(full.headers.get('retry-after')) > 3600)
    await portal.db('rate_limits').where('key', 'like', 'sms-%').delete()
    const known = await begin(portal, person.login, person.browser)
    const own = await codeOf(portal, known, person, 4)
    assert.equal(
      (await known.post('/recover/sms/code', { code: own })).location,
      '/recover/new-password',
    )
  })

  it('wrong codes that strangers type for other numbers keep no owner out', async () => {
    const person = await equip(portal)
    for (let flow = 0; flow < 3; flow++) {
      const stranger = await begin(portal, person.login)
      await stranger.post('/recover/sms', { phone: `+37529811000${flow}` })
      for (let round = 0; round < 5; round++)
        await stranger.post('/recover/sms/code', { code: '00000000' })
    }
    const owner = await begin(portal, person.login)
    const code = await codeOf(portal, owner, person)
    assert.equal(
      (await owner.post('/recover/sms/code', { code })).location,
      '/recover/new-password',
    )
  })

  it('a code that has to wait comes, even where our clock is ahead of the database’s', async () => {
    const person = await equip(portal)
    portal.clock.advance(3_600_000)
    const visitor = await begin(portal, person.login)
    const number = parsePhoneNumber(person.phone, { defaultCountry: 'ZZ' })
    assert.ok(number.kind === 'ok')
    await portal.parts.smsLimit.permit(number, { confirmed: true })
    await portal
      .db('rate_limits')
      .where('key', 'like', 'sms-wait%')
      .update({ expire: Date.now() + 1000 })
    assert.match(await codeOf(portal, visitor, person), /^\d{8}$/)
  })

  it('of a hundred wrong codes at once at most five are judged', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const code = await codeOf(portal, visitor, person)
    const _csrf = await visitor.token('/recover/sms/code')
    const send = (typed: string) =>
      visitor.send('/recover/sms/code', new URLSearchParams({ _csrf, code: typed }).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      })
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(otherCode(code))))
    const judged = answers.filter((answer) => answer.errors.includes('code.wrong'))
    assert.ok(judged.length <= 5, `${judged.length} were judged`)
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([422]))
    assert.deepEqual((await send(code)).errors, ['code.dead'])
    const { tries } = await portal.db('recovery_codes').orderBy('asked_at', 'desc').first()
    assert.equal(tries, 5)
  })

  it('three answers a day and ten in a life are judged, for any name', async () => {
    const person = await equip(portal)
    for (const login of [person.login, 'nobody-has-this']) {
      const visitor = await begin(portal, login)
      for (let round = 0; round < 3; round++)
        assert.deepEqual(
          (await visitor.post('/recover/security-question', { answer: 'wrong' })).errors,
          ['answer.wrong'],
        )
      const other = await begin(portal, login)
      assert.equal(
        (await other.post('/recover/security-question', { answer: person.answer })).status,
        429,
      )
    }
    await portal
      .db('security_questions')
      .where({ account_id: person.accountId })
      .update({ tries: 10 })
    await forgetLimits(portal)
    const visitor = await begin(portal, person.login)
    assert.deepEqual(
      (await visitor.post('/recover/security-question', { answer: person.answer })).errors,
      ['answer.wrong'],
    )
  })
})

describe('a recovery link', () => {
  it('opening a recovery link never uses it up', async () => {
    const person = await equip(portal)
    const link = await linkOf(portal, await begin(portal, person.login), person)
    for (let scan = 0; scan < 3; scan++)
      assert.equal((await portal.visitor().get(link)).status, 303)
    const owner = portal.visitor()
    await owner.get(link)
    assert.equal((await setPassword(owner, fresh)).location, '/recover/done')
  })

  it('twenty uses of a recovery link at once set one password and notify once', async () => {
    const person = await equip(portal)
    const link = await linkOf(portal, await begin(portal, person.login), person)
    for (let scan = 0; scan < 3; scan++)
      assert.equal((await portal.visitor().get(link)).status, 303)
    const visitors = Array.from({ length: 20 }, () => portal.visitor())
    for (const visitor of visitors) await visitor.get(link)
    const tokens = await Promise.all(
      visitors.map((visitor) => visitor.token('/recover/new-password')),
    )
    const answers = await Promise.all(
      visitors.map((visitor, nth) =>
        visitor.send(
          '/recover/new-password',
          new URLSearchParams({
            _csrf: tokens[nth] ?? '',
            password: `${fresh} number ${nth}`,
          }).toString(),
          { 'content-type': 'application/x-www-form-urlencoded' },
        ),
      ),
    )
    const done = answers.filter((answer) => answer.location === '/recover/done')
    assert.equal(done.length, 1)
    for (const answer of answers.filter((each) => each !== done[0]))
      assert.ok(
        answer.errors.includes('link.dead') || answer.location === '/recover',
        `${answer.status} ${answer.location}`,
      )
    await undoLinkOf(portal, person.mailbox)
    await awaitSent(portal, person.address, 2)
    assert.equal((await sentTo(portal, person.mailbox)).length, 1)
    assert.equal((await sentTo(portal, person.address)).length, 2)
  })

  it('a recovery link dies with a newer one, a new password, its address, its time', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const first = await linkOf(portal, visitor, person)
    const second = await linkOf(portal, visitor, person, 2)
    assert.deepEqual((await portal.visitor().get(first)).errors, ['link.dead'])
    const opened = portal.visitor()
    assert.equal((await opened.get(second)).status, 303)
    await person.browser.post('/account/password', { password: `${fresh} of its owner` })
    assert.deepEqual((await portal.visitor().get(second)).errors, ['link.dead'])
    assert.notEqual(
      (await opened.post('/recover/new-password', { password: fresh }, { from: '/recover' }))
        .location,
      '/recover/done',
    )

    const third = await linkOf(portal, await begin(portal, person.login), person, 3)
    const before = await passwordOf(person)
    const waiting = portal.visitor()
    await waiting.get(third)
    await portal
      .db('backup_addresses')
      .where({ account_id: person.accountId })
      .update({ confirmed_at: portal.clock.now() })
    assert.deepEqual((await portal.visitor().get(third)).errors, ['link.dead'])
    const late = await setPassword(waiting, fresh)
    assert.deepEqual([late.status, late.errors], [422, ['link.dead']])
    assert.equal(await passwordOf(person), before)

    const other = await equip(portal)
    const fourth = await linkOf(portal, await begin(portal, other.login), other)
    portal.clock.advance(61 * 60_000)
    assert.deepEqual((await portal.visitor().get(fourth)).errors, ['link.dead'])
  })

  it('a recovery link goes to the linked address alone, five times in ten minutes', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/backup-address', { address: 'stranger@elsewhere.example' })
    for (let round = 0; round < 7; round++) {
      const asked = await visitor.post('/recover/backup-address', { address: person.address })
      assert.equal(asked.location, '/recover/backup-address/sent')
      await eventually(async () => {
        const open = await portal
          .db('recovery_link_requests')
          .whereRaw('decided_sends < sends')
          .first()
        return !open
      })
    }
    await awaitSent(portal, person.address, 5)
    assert.equal((await sentTo(portal, person.address)).length, 5)
    assert.equal((await sentTo(portal, 'stranger@elsewhere.example')).length, 0)
  })

  it('the page says how many more links can be asked for and when, for any name', async () => {
    const person = await equip(portal)
    for (const login of [person.login, 'nobody.has.this']) {
      const visitor = await begin(portal, login)
      const ask = () => visitor.post('/recover/backup-address', { address: person.address })
      await ask()
      const first = (await visitor.get('/recover/backup-address/sent')).html
      assert.match(first, /9 more emails can be sent today/, login)
      assert.match(first, /Send it once more/)
      for (let round = 0; round < 4; round++) await ask()
      const fifth = (await visitor.get('/recover/backup-address/sent')).html
      assert.match(
        fifth,
        /5 more emails can be sent today\. You can ask for the next one in \d+ \w+ \(at.\d\d:\d\d\)/,
        login,
      )
      assert.doesNotMatch(fifth, /Send it once more/)
      for (let round = 0; round < 5; round++) await ask()
      assert.match(
        (await visitor.get('/recover/backup-address/sent')).html,
        /No more emails can be sent/,
        login,
      )
    }
  })
})

describe('a proof', () => {
  it('a proof of one account is worth nothing to another, nor a code to another flow', async () => {
    const [one, two] = [await equip(portal), await equip(portal)]
    const first = await begin(portal, one.login)
    const code = await codeOf(portal, first, one)
    const second = await begin(portal, two.login)
    await codeOf(portal, second, two)
    assert.deepEqual((await second.post('/recover/sms/code', { code })).errors, ['code.wrong'])
    await first.post('/recover/sms/code', { code })
    // Another name in the same browser begins a flow without that proof.
    await begin(portal, two.login, first)
    assert.equal((await first.get('/recover/new-password')).location, '/recover/method')
  })

  it('a proof is worth nothing after a block or after another recovery has ended', async () => {
    const person = await equip(portal)
    const first = await proveByPhone(portal, person)
    const second = await proveByPhone(portal, person, 2)
    assert.equal((await setPassword(second, fresh)).location, '/recover/done')
    const late = await first.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.deepEqual([late.status, late.location], [303, '/recover'])

    const blocked = await equip(portal)
    const proven = await proveByPhone(portal, blocked)
    await portal
      .db('accounts')
      .where({ id: blocked.accountId })
      .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
    const before = await passwordOf(blocked)
    const refused = await proven.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.deepEqual([refused.status, refused.location], [303, '/recover'])
    const visitor = await begin(portal, blocked.login)
    assert.deepEqual(
      (await visitor.post('/recover/security-question', { answer: blocked.answer })).errors,
      ['answer.wrong'],
    )
    await visitor.post('/recover/sms', { phone: blocked.phone })
    await visitor.post('/recover/backup-address', { address: blocked.address })
    await eventually(
      async () => (await portal.db('messages').where({ state: 'queued' }).first()) === undefined,
    )
    assert.deepEqual(
      [
        (await sentTo(portal, blocked.phone)).length,
        (await sentTo(portal, blocked.address)).length,
      ],
      [1, 0],
    )
    assert.equal(await passwordOf(blocked), before)
  })
})

describe('after a reset', () => {
  it('nothing that was begun before a reset goes on after it', async () => {
    const person = await equip(portal)
    const known = () => portal.db('known_devices').where({ account_id: person.accountId })
    const [before] = await known()
    const begun = await begin(portal, person.login)
    const visitor = await proveByPhone(portal, person)
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const after = await known()
    assert.equal(after.length, 1)
    assert.notDeepEqual(after[0].device_digest, before.device_digest)
    // The other recovery looks alive and leads nowhere.
    assert.equal((await begun.get('/recover/method')).page, 'recover-method')
    const answer = { answer: person.answer }
    assert.deepEqual((await begun.post('/recover/security-question', answer)).errors, [
      'answer.wrong',
    ])
    const used = await visitor.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.deepEqual([used.status, used.location], [303, '/recover/done'])
  })

  it('after a reset the owner changes the password, however often strangers did', async () => {
    const person = await equip(portal)
    await createOwnChangeLimit(createLimits(portal.db)).close(person.accountId, 86_400)
    const change = (visitor: Visitor) =>
      visitor.post('/account/password', { password: `${fresh} of its owner` })
    assert.equal((await change(person.browser)).status, 429)
    assert.equal(
      (await setPassword(await proveByPhone(portal, person), fresh)).location,
      '/recover/done',
    )
    const owner = await signIn(portal, { login: person.login, password: fresh })
    assert.equal((await change(owner)).location, '/account')
  })

  it('a method that was removed or replaced meanwhile has proven nothing', async () => {
    for (const meanwhile of [
      (id: string) => portal.db('phones').where({ account_id: id }).delete(),
      (id: string) =>
        portal.db('phones').where({ account_id: id }).update({ confirmed_at: portal.clock.now() }),
    ]) {
      const person = await equip(portal)
      const before = await passwordOf(person)
      const visitor = await proveByPhone(portal, person)
      await meanwhile(person.accountId)
      const refused = await setPassword(visitor, fresh)
      assert.deepEqual([refused.status, refused.errors], [422, ['link.dead']])
      assert.equal(await passwordOf(person), before)
    }
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/security-question', { answer: person.answer })
    await person.browser.post(
      '/account/recovery/security-question/remove',
      {},
      { from: '/account/recovery' },
    )
    assert.deepEqual((await setPassword(visitor, fresh)).errors, ['link.dead'])

    const other = await equip(portal)
    const again = await begin(portal, other.login)
    await again.post('/recover/security-question', { answer: other.answer })
    await portal
      .db('security_questions')
      .where({ account_id: other.accountId })
      .update({ set_at: portal.clock.now() })
    assert.deepEqual((await setPassword(again, fresh)).errors, ['link.dead'])
  })

  it('no recovery outlives a password that its owner changed on the account page', async () => {
    const person = await equip(portal)
    const proven = await proveByPhone(portal, person)
    const begun = await begin(portal, person.login)
    const changed = await person.browser.post('/account/password', {
      password: `${fresh} of its owner`,
    })
    assert.equal(changed.location, '/account')
    const late = await proven.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.deepEqual([late.status, late.location], [303, '/recover'])
    const answer = { answer: person.answer }
    assert.deepEqual((await begun.post('/recover/security-question', answer)).errors, [
      'answer.wrong',
    ])
    await signIn(portal, { login: person.login, password: `${fresh} of its owner` })
  })
})
