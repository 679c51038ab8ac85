import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { awaitText } from '#test/support/messages/outbox.ts'
import { signIn } from '#test/support/people.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import {
  begin,
  type Equipped,
  equip,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const fresh = 'a new and longer sentence'

const hold = async (portal: TestPortal, person: Equipped) => {
  const visitor = await begin(portal, person.login)
  await visitor.post('/recover/security-question', { answer: person.answer })
  const set = await setPassword(visitor, fresh)
  assert.deepEqual([set.status, set.location], [303, '/recover/done'])
  return visitor
}

describe('SECURITY_QUESTION=hold', () => {
  const portal = usePortal({
    env: { SECURITY_QUESTION: 'hold', LIMIT_SMS_WAIT_SECONDS: '0.01' },
  })
  const sweep = () => portal.tasks['recovery:sweep-held']?.({}, { attempt: 1, maxAttempts: 1 })
  const oldWorks = (person: Equipped) => signIn(portal, person)

  it('every reader gets a notice of a held password, which is applied in its time', async () => {
    const person = await equip(portal)
    const visitor = await hold(portal, person)
    assert.match((await visitor.get('/recover/done')).html, /The new password takes effect later/)
    await sweep()
    // Its own job, too early, does nothing either.
    await portal.tasks['recovery:apply-held']?.(
      { accountId: person.accountId },
      { attempt: 1, maxAttempts: 1 },
    )
    assert.equal((await person.browser.get('/account')).status, 200)
    await oldWorks(person)
    for (const to of [person.mailbox, person.address])
      await awaitText(portal, to, /takes effect on/)
    portal.clock.advance(73 * 3_600_000)
    await Promise.all([sweep(), sweep()])
    await signIn(portal, { login: person.login, password: fresh })
    const old = await portal
      .visitor()
      .post('/sign-in', { login: person.login, password: person.password })
    assert.deepEqual(old.errors, ['password.wrong'])
    await awaitText(portal, person.address, /with the answer to the security question/)
    const { probation_until } = await portal.db('accounts').where({ id: person.accountId }).first()
    assert.ok(probation_until > portal.clock.now())
  })

  it('an undo drops the held password', async () => {
    const person = await equip(portal)
    await hold(portal, person)
    const link = await undoLinkOf(portal, person.address)
    const owner = portal.visitor()
    assert.match(
      (await owner.get(link)).html,
      /A new password for your mailbox will soon take effect/,
    )
    assert.equal((await owner.post(link, {}, { from: link })).location, '/recover/new-password')
    portal.clock.advance(73 * 3_600_000)
    await sweep()
    const late = await portal.visitor().post('/sign-in', { login: person.login, password: fresh })
    assert.deepEqual(late.errors, ['password.wrong'])
  })

  const answerIs = (answer: string) => ({ question: 'childhood-street', answer })
  const question = '/account/recovery/security-question'
  const ways = '/account/recovery'

  it('a held password ends with its question and with the answer that chose it', async () => {
    const [removed, changed] = [await equip(portal), await equip(portal)]
    for (const person of [removed, changed]) await hold(portal, person)
    const gone = await removed.browser.post(`${question}/remove`, {}, { from: ways })
    assert.deepEqual([gone.status, gone.location], [303, ways])
    const set = await changed.browser.post(question, answerIs('Zielona nad rzeką'))
    assert.deepEqual([set.status, set.location], [303, ways], set.errors.join())
    for (const person of [removed, changed]) {
      await awaitText(portal, person.mailbox, /stopped the new password/)
      assert.doesNotMatch((await person.browser.get('/account')).html, /waiting-password\/stop/)
    }
    portal.clock.advance(73 * 3_600_000)
    await sweep()
    for (const person of [removed, changed]) await oldWorks(person)
  })

  it('after a held password was stopped, the same answer sets no second one', async () => {
    const person = await equip(portal)
    await hold(portal, person)
    const stopped = await person.browser.post(
      '/account/waiting-password/stop',
      {},
      { from: '/account' },
    )
    assert.deepEqual([stopped.status, stopped.location], [303, '/account'])
    assert.match((await person.browser.get('/account')).html, /no answer opens the mailbox now/)
    assert.match((await person.browser.get(ways)).html, /This question is in doubt/)
    const stranger = await begin(portal, person.login)
    const second = await stranger.post('/recover/security-question', { answer: person.answer })
    assert.deepEqual(second.errors, ['answer.wrong'])
    assert.equal(
      await portal.db('recovery_holds').where({ account_id: person.accountId }).first(),
      undefined,
    )
    const set = await person.browser.post(question, answerIs('Zielona nad rzeką'))
    assert.equal(set.status, 303, set.errors.join())
    await hold(portal, { ...person, answer: 'Zielona nad rzeką' })
  })

  it('each page of the recovery says that the new password will be held', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    await visitor.post('/recover/security-question', { answer: person.answer })
    const form = '/recover/new-password'
    const { html } = await visitor.get(form)
    assert.match(html, /The new password takes effect a few days later/)
    const token = await visitor.token(form)
    const send = (password: string) =>
      visitor.send(form, new URLSearchParams({ _csrf: token, password }).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      })
    assert.equal((await send(fresh)).location, '/recover/done')
    assert.equal((await send(fresh)).location, '/recover/done')
    const other = await send(`${fresh} of another kind`)
    assert.deepEqual(other.errors, ['password.set-already'])
    assert.match(other.html, /A new password has been waiting since this recovery/)
  })

  it('once questions are switched off, nothing that an answer opened goes on', async () => {
    const [waiting, proven] = [await equip(portal), await equip(portal)]
    await hold(portal, waiting)
    const visitor = await begin(portal, proven.login)
    await visitor.post('/recover/security-question', { answer: proven.answer })
    // Each portal shows the letters that its own worker took up.
    await portal.stopWorker()
    const closed = await startTestPortal({
      database: portal.database,
      env: { SECURITY_QUESTION: 'off' },
    })
    after(() => closed.stop())
    const late = closed.visitor()
    for (const [name, value] of visitor.cookies) late.cookies.set(name, value)
    const set = await setPassword(late, fresh)
    assert.deepEqual(set.errors, ['link.dead'])
    await closed.tasks['recovery:sweep-held']?.({}, { attempt: 1, maxAttempts: 1 })
    assert.equal(
      (await portal.db('recovery_holds').where({ account_id: waiting.accountId })).length,
      0,
    )
    await awaitText(closed, waiting.mailbox, /security questions open no mailbox here any more/)
    await closed.stopWorker()
    await portal.startWorker()
    for (const person of [waiting, proven]) await oldWorks(person)
  })

  it('a password change or a block drops the held password', async () => {
    const [changed, blocked] = [await equip(portal), await equip(portal)]
    await hold(portal, changed)
    await hold(portal, blocked)
    await changed.browser.post('/account/password', { password: `${fresh} of the owner` })
    await portal
      .db('accounts')
      .where({ id: blocked.accountId })
      .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
    portal.clock.advance(73 * 3_600_000)
    await sweep()
    await signIn(portal, { login: changed.login, password: `${fresh} of the owner` })
    const { password_verifier } = await portal
      .db('accounts')
      .where({ id: blocked.accountId })
      .first()
    assert.equal(await portal.parts.hasher.verify(password_verifier, blocked.password), true)
    assert.equal((await portal.db('recovery_holds').select()).length, 0)
  })
})

describe('SECURITY_QUESTION=off', () => {
  const portal = usePortal({ env: { SECURITY_QUESTION: 'off' } })

  it('SECURITY_QUESTION=off removes the pages of the question for every name', async () => {
    const person = await equip(portal)
    for (const login of [person.login, 'nobody-has-this']) {
      const visitor = await begin(portal, login)
      const page = await visitor.get('/recover/method')
      assert.ok(!page.html.includes('security-question'))
      assert.equal((await visitor.get('/recover/security-question')).status, 404)
      const posted = await visitor.post(
        '/recover/security-question',
        { answer: person.answer },
        { from: '/recover' },
      )
      assert.equal(posted.status, 404)
    }
  })
})
