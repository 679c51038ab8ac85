// Secrets that are refused: an earlier password, what others know of a person, a contact in doubt.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { judgePassword } from '#server/core/passwords/password-policy.ts'
import { judgeSecretAnswer } from '#server/core/passwords/secret-answer.ts'
import { findBackupAddress } from '#server/recovery/backup-address/store.ts'
import { findPhone } from '#server/recovery/phone/store.ts'
import { awaitCode, awaitSent, awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import {
  begin,
  equip,
  forgetLimits,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const next = 'zwei Störche im Nebel'
const methods = '/account/recovery'

const portal = usePortal()

const phone = { kind: 'phone', value: '+375291234567', canonical: '+375291234567' } as const
const gmail = {
  kind: 'backup-address',
  value: 'An.na.Kowal+mail@gmail.com',
  canonical: 'annakowal@gmail.com',
} as const
const idn = {
  kind: 'backup-address',
  value: 'hanna@xn--80a1acny.xn--90ais',
  canonical: 'hanna@xn--80a1acny.xn--90ais',
} as const

describe('an earlier password', () => {
  it('a new password is never the present one', async () => {
    const { visitor, password } = await arrive(portal)
    const same = await visitor.post('/account/password', { password })
    assert.deepEqual([same.status, same.page, same.errors], [422, 'password', ['password.same']])
    assert.equal((await visitor.post('/account/password', { password: next })).status, 303)
  })

  it('a demanded recovery refuses the present password, which somebody else may know', async () => {
    const person = await equip(portal)
    const at = portal.clock.now()
    await portal.db('accounts').where({ id: person.accountId }).update({ reset_demanded_at: at })
    await forgetLimits(portal)
    const visitor = await proveByPhone(portal, person)
    const same = await setPassword(visitor, person.password)
    assert.deepEqual(
      [same.status, same.page, same.errors],
      [422, 'recover-new-password', ['password.same']],
    )
    assert.equal((await setPassword(visitor, next)).location, '/recover/done')
  })

  it('a recovery refuses the password that an undo made void', async () => {
    const person = await equip(portal)
    await forgetLimits(portal)
    const stolen = 'the stranger has chosen this'
    await person.browser.post('/account/password', { password: stolen })
    const owner = portal.visitor()
    const link = await undoLinkOf(portal, person.address, /password/i)
    assert.equal((await owner.post(link)).location, '/recover/new-password')
    assert.deepEqual((await setPassword(owner, stolen)).errors, ['password.same'])
    assert.deepEqual((await setPassword(owner, person.password)).errors, ['password.same'])
    assert.equal((await setPassword(owner, next)).location, '/recover/done')
  })

  it('a recovery refuses an earlier password, however often it was changed', async () => {
    const person = await equip(portal)
    for (let nth = 0; nth < 12; nth += 1) {
      const changed = await person.browser.post('/account/password', {
        password: `the stranger’s own, number ${nth}`,
      })
      assert.equal(changed.status, 303)
    }
    await forgetLimits(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/security-question', { answer: person.answer })
    for (const known of [
      person.password,
      'the stranger’s own, number 0',
      'the stranger’s own, number 11',
    ])
      assert.deepEqual((await setPassword(visitor, known)).errors, ['password.same'], known)
    assert.equal((await setPassword(visitor, next)).location, '/recover/done')
  })

  it('a recovery accepts an earlier password once nothing can be undone any more', async () => {
    const person = await equip(portal)
    await person.browser.post('/account/password', { password: next })
    // After the leap in time a waiting message would be too old to be sent.
    await awaitSent(portal, person.phone)
    portal.clock.advance((portal.settings.undoDays + 1) * msPerDay)
    await forgetLimits(portal)
    const visitor = await proveByPhone(portal, person, 2)
    assert.equal((await setPassword(visitor, person.password)).location, '/recover/done')
  })

  it('without a proof nobody learns whether a password is the present one', async () => {
    const person = await equip(portal)
    const stranger = portal.visitor()
    await stranger.post('/recover', { login: person.login })
    const answer = await stranger.post(
      '/recover/new-password',
      { password: person.password },
      { from: '/recover' },
    )
    assert.deepEqual([answer.status, answer.location], [303, '/recover/method'])
  })
})

describe('a common password', () => {
  it('the same password policy applies at registration, own change and recovery', async () => {
    const person = await equip(portal)
    await forgetLimits(portal)
    const password = 'password1234'
    const login = `other${person.login}`
    const recovering = await proveByPhone(portal, person)
    for (const answer of [
      await portal.visitor().post('/register', { login, password }),
      await person.browser.post('/account/password', { password }),
      await setPassword(recovering, password),
    ])
      assert.deepEqual([answer.status, answer.errors], [422, ['password.common']], answer.page)
  })
})

describe('what others know of a person', () => {
  const reasonOf = (password: string, ...contacts: Parameters<typeof wordsOfContact>) => {
    const contactWords = contacts.flatMap(wordsOfContact)
    const judged = judgePassword(password, {
      minLength: 12,
      login: 'zosia',
      serviceWords: [],
      contactWords,
    })
    return judged.kind === 'refused' ? judged.reason : 'ok'
  }

  it('a password may not contain the phone, in any spelling', () => {
    for (const spelling of [
      '+375291234567',
      '+375 (29) 123-45-67',
      '8 029 123-45-67',
      '80291234567!!',
      '00375291234567',
      '８０２９１２３４５６７１',
    ])
      assert.equal(reasonOf(spelling, phone), 'contains-contact', spelling)
    assert.equal(reasonOf('+375 29 765-43-21 at home', phone), 'ok', 'somebody else’s')
  })

  it('a password may not contain the backup address, in any spelling, or its local part', () => {
    for (const spelling of [
      'An.na.Kowal+mail@gmail.com',
      'annakowal@gmail.com',
      'ANNAKOWAL@GMAIL.COM',
      'an.na.kowal!2024',
      'annakowal 1990',
    ])
      assert.equal(reasonOf(spelling, gmail), 'contains-contact', spelling)
    for (const spelling of ['hanna@xn--80a1acny.xn--90ais', 'hanna@почта.бел'])
      assert.equal(reasonOf(spelling, idn), 'contains-contact', spelling)
    assert.equal(reasonOf('anna lives by the sea', gmail), 'ok')
  })

  const tagged = {
    kind: 'backup-address',
    value: 'anna.backup+bank@example.org',
    canonical: 'anna.backup@example.org',
  } as const
  const plain = { ...tagged, value: tagged.canonical } as const
  const backwards = (text: string) => [...text].reverse().join('')
  const spellings = [
    'anna.backup',
    'anna.backup+bank',
    'Anna.Backup+x',
    'anna.backup＋a-long-tag-of-mine',
  ]
    .map((local) => `${local}@example.org`)
    .flatMap((each) => [each, backwards(each)])

  it('a password may not contain the backup address with any +tag, or a contact backwards', () => {
    for (const spelling of [
      ...spellings,
      'anna.backup+x@example.org!2024',
      'annabackup+x@exampleorg',
    ])
      for (const own of [tagged, plain])
        assert.equal(reasonOf(spelling, own), 'contains-contact', spelling)
    for (const spelling of [
      'ann.akowal+shop@googlemail.com',
      backwards('annakowal+shop@googlemail.com'),
    ])
      assert.equal(reasonOf(spelling, gmail), 'contains-contact', spelling)
    for (const spelling of ['765432192573', '7654321 92 573+', '76-54-321-920-8'])
      assert.equal(reasonOf(spelling, phone), 'contains-contact', spelling)
    assert.equal(reasonOf('bob.backup+x@example.org', plain), 'ok', 'somebody else’s')
  })

  it('an answer may not be the backup address with any +tag, or a contact backwards', () => {
    const answer = (raw: string, ...contacts: Parameters<typeof wordsOfContact>) => {
      const about = {
        login: 'zosia',
        address: 'zosia@postern.example',
        contactWords: contacts.flatMap(wordsOfContact),
      }
      const judged = judgeSecretAnswer(raw, about)
      return judged.kind === 'refused' ? judged.reason : 'ok'
    }
    for (const spelling of spellings)
      for (const own of [tagged, plain]) assert.equal(answer(spelling, own), 'is-contact', spelling)
    assert.equal(answer('ann.akowal+shop@googlemail.com', gmail), 'is-contact')
    for (const spelling of ['765432192573', '7654321 92 573+', '765432192'])
      assert.equal(answer(spelling, phone), 'is-contact', spelling)
    assert.equal(answer('bob.backup+x@example.org', plain), 'ok', 'somebody else’s')
  })

  it('neither password nor answer may be the mailbox with a +tag, forwards or backwards', () => {
    const own = { login: 'zos', address: 'zos@postern.example' }
    for (const spelling of [
      'zos@postern.example',
      'zos+garden-gate@postern.example',
      'Zos+x@postern.example 2024',
    ]) {
      for (const typed of [spelling, backwards(spelling)]) {
        const judged = judgePassword(typed, { ...own, minLength: 12, serviceWords: [] })
        assert.deepEqual(judged, { kind: 'refused', reason: 'contains-login' }, typed)
      }
    }
    for (const typed of ['zos+garden@postern.example', backwards('zos+garden@postern.example')])
      assert.deepEqual(
        judgeSecretAnswer(typed, own),
        { kind: 'refused', reason: 'is-login' },
        typed,
      )
  })

  it('an answer may not be the mailbox, forwards or backwards, or a contact', () => {
    const about = {
      login: 'hanna.k',
      address: 'hanna.k@postern.example',
      contactWords: [phone, gmail].flatMap(wordsOfContact),
    }
    const answer = (raw: string) => {
      const judged = judgeSecretAnswer(raw, about)
      return judged.kind === 'refused' ? judged.reason : 'ok'
    }
    for (const raw of [
      'hanna.k',
      'Hanna K',
      'k.annah',
      'hanna.k@postern.example',
      'elpmaxe.nretsop@k.annah',
    ])
      assert.equal(answer(raw), 'is-login', raw)
    for (const raw of [
      '+375 29 123-45-67',
      '8 029 1234567',
      '291234567',
      'annakowal@gmail.com',
      'an.na.kowal',
    ])
      assert.equal(answer(raw), 'is-contact', raw)
    assert.equal(answer('Гарбарня на Нямізе'), 'ok')
  })

  it('the pages refuse secrets that the account’s contacts or mailbox give away', async () => {
    const person = await equip(portal)
    const asPassword = await person.browser.post('/account/password', { password: person.address })
    assert.deepEqual(
      asPassword.errors,
      ['password.contains-login'],
      'here the address is called like the mailbox',
    )
    for (const password of [`${person.phone} `, [...person.phone].reverse().join('')]) {
      const asPhone = await person.browser.post('/account/password', { password })
      assert.deepEqual(asPhone.errors, ['password.contains-contact'], password)
    }
    const ask = (answer: string) =>
      person.browser.post(`${methods}/security-question`, { question: 'first-job', answer })
    for (const [answer, reason] of [
      [person.phone, 'is-contact'],
      [[...person.phone].reverse().join(''), 'is-contact'],
      [person.address.replace('@', '+x@'), 'is-contact'],
      [person.mailbox, 'is-login'],
      [[...person.login].reverse().join(''), 'is-login'],
      [person.password, 'is-password'],
      [person.password.toUpperCase(), 'is-password'],
    ] as const) {
      const refused = await ask(answer)
      assert.deepEqual([refused.status, refused.errors], [422, [`answer.${reason}`]])
      assert.ok(!refused.html.includes(answer), 'and is not shown again')
    }
  })
})

for (const [kind, field, find] of [
  ['phone', 'phone', findPhone],
  ['backup-address', 'address', findBackupAddress],
] as const) {
  describe(`a ${kind} in doubt`, () => {
    it(`a ${kind} that somebody else proves is in doubt until confirmed again`, async () => {
      const holder = await equip(portal)
      const to = kind === 'phone' ? holder.phone : holder.address
      const take = async () => {
        await forgetLimits(portal)
        const { visitor } = await arrive(portal)
        const seen = (await sentTo(portal, to)).length
        await visitor.post(`${methods}/${kind}`, { [field]: to })
        const code = await awaitCode(portal, to, seen + 1)
        assert.deepEqual((await visitor.post(`${methods}/${kind}/confirm`, { code })).errors, [
          `${kind}.taken`,
        ])
      }
      const isDoubtful = async () =>
        (await find(portal.db, portal.keyring, holder.accountId))?.doubtful === true
      assert.equal(await isDoubtful(), false)
      await take()
      await eventually(isDoubtful)
      const words = /Somebody (else has|with another mailbox)/
      const readers = [holder.mailbox, holder.address, holder.phone]
      for (const reader of readers) await awaitText(portal, reader, words)
      assert.match((await awaitText(portal, holder.mailbox, words)).text, /\/account\/recovery$/m)
      const page = await holder.browser.get(methods)
      assert.ok(page.html.includes(`data-doubtful="${kind}"`))
      assert.match((await holder.browser.get('/account')).html, /A recovery method is in doubt/)

      // The owner gets one notice a day.
      const kept = await portal.db('rate_limits').where('key', 'like', 'contact-doubted%')
      assert.equal(kept.length, 1)
      const { visitor: other } = await arrive(portal)
      await portal.db('rate_limits').whereNot('key', 'like', 'contact-doubted%').delete()
      const seen = (await sentTo(portal, to)).length
      await other.post(`${methods}/${kind}`, { [field]: to })
      await other.post(`${methods}/${kind}/confirm`, {
        code: await awaitCode(portal, to, seen + 1),
      })
      await eventually(
        async () => (await portal.db('graphile_worker._private_jobs').count('*'))[0]?.count === '0',
      )
      const notices = (await sentTo(portal, holder.mailbox)).filter(({ text }) => words.test(text))
      assert.equal(notices.length, 1)

      const before = (await sentTo(portal, to)).length
      await forgetLimits(portal)
      await holder.browser.post(`${methods}/${kind}`, { [field]: to })
      const code = await awaitCode(portal, to, before + 1)
      assert.equal(
        (await holder.browser.post(`${methods}/${kind}/confirm`, { code })).location,
        methods,
      )
      assert.equal(await isDoubtful(), false)
      assert.ok(!(await holder.browser.get(methods)).html.includes('data-doubtful'))
      const doubted = await portal
        .db('activity')
        .where({ account_id: holder.accountId, event: `${kind}.doubted` })
      assert.equal(doubted.length, 1)
      const { device, place } = doubted[0]
      assert.deepEqual([device, place], ['', ''], 'from where the other one came stays untold')
    })
  })
}
