import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { findBackupAddress } from '#server/recovery/backup-address/store.ts'
import { findPhone } from '#server/recovery/phone/store.ts'
import { awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import {
  begin,
  type Equipped,
  equip,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const fresh = 'a new and longer sentence'

const portal = usePortal({ freshLimits: true, env: { LIMIT_SMS_WAIT_SECONDS: '0.01' } })

const phoneOf = async ({ accountId }: Equipped) =>
  (await findPhone(portal.db, portal.keyring, accountId))?.value
const addressOf = async ({ accountId }: Equipped) =>
  (await findBackupAddress(portal.db, portal.keyring, accountId))?.value
const confirmUndo = (visitor: Visitor, link: string) => visitor.post(link, {}, { from: link })

/** A stranger with the password links another phone. */
async function stealPhone(person: Equipped, phone: string): Promise<void> {
  await person.browser.post('/account/recovery/phone', { phone })
  const { text } = await awaitText(portal, phone, /Your code/)
  const code = /\d{6}/.exec(text)?.[0] ?? ''
  const linked = await person.browser.post('/account/recovery/phone/confirm', { code })
  assert.equal(linked.location, '/account/recovery', linked.errors.join())
}

describe('undo', () => {
  it('opening an undo link explains it and changes nothing', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const link = await undoLinkOf(portal, person.mailbox)
    for (let scan = 0; scan < 2; scan++) {
      const page = await portal.visitor().get(link)
      assert.deepEqual([page.status, page.page], [200, 'undo'])
      assert.match(page.html, /A new password was set for your mailbox\./)
      assert.ok(!page.html.includes(link.slice(6)), 'the token stands nowhere in the page')
    }
    await signIn(portal, { login: person.login, password: fresh })
  })

  it('an undo voids the disputed password and leads to a new one', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const stranger = await signIn(portal, { login: person.login, password: fresh })
    const link = await undoLinkOf(portal, person.address, /A new password was set/)
    const owner = portal.visitor()
    const acted = await confirmUndo(owner, link)
    assert.deepEqual([acted.status, acted.location], [303, '/recover/new-password'])
    assert.match((await stranger.get('/account')).location ?? '', /^\/sign-in/)
    for (const password of [fresh, person.password]) {
      const refused = await portal.visitor().post('/sign-in', { login: person.login, password })
      assert.deepEqual(refused.errors, ['password.wrong'])
    }
    assert.equal((await setPassword(owner, `${fresh} of the owner`)).location, '/recover/done')
    await signIn(portal, { login: person.login, password: `${fresh} of the owner` })
    // The new password has a notice and links of its own.
    assert.notEqual(
      await undoLinkOf(portal, person.address, /after a link “This was not me” was used/),
      link,
    )
  })

  it('the page after a link that only ends sessions says first what it has done', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const link = await undoLinkOf(portal, person.mailbox)
    const visitor = portal.visitor()
    const token = await visitor.token(link)
    const send = () => visitor.send(link, new URLSearchParams({ _csrf: token }).toString(), form)
    for (const click of ['first', 'second']) {
      assert.equal((await send()).location, '/recover', click)
      const { html } = await visitor.get('/recover')
      assert.match(html, /<title>All sessions have ended – Recover access/, click)
      assert.match(html, /role="status" tabindex="-1" autofocus>\s*<p>All sessions have ended/)
      assert.doesNotMatch((await visitor.get('/recover')).html, /have ended/, 'once')
    }
  })

  it('an undo link works once and for some days', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const link = await undoLinkOf(portal, person.address)
    const visitors = Array.from({ length: 8 }, () => portal.visitor())
    const tokens = await Promise.all(visitors.map((visitor) => visitor.token(link)))
    const answers = await Promise.all(
      visitors.map((visitor, nth) =>
        visitor.send(link, new URLSearchParams({ _csrf: tokens[nth] ?? '' }).toString(), {
          'content-type': 'application/x-www-form-urlencoded',
        }),
      ),
    )
    assert.equal(answers.filter((answer) => answer.status === 303).length, 1)
    for (const answer of answers.filter((each) => each.status !== 303))
      assert.deepEqual(answer.errors, ['link.dead'])
    const dead = await portal.visitor().get(link)
    assert.deepEqual([dead.status, dead.page, dead.errors], [422, 'undo', ['link.dead']])

    const other = await equip(portal)
    await setPassword(await proveByPhone(portal, other), fresh)
    const open = await undoLinkOf(portal, other.address)
    assert.equal((await portal.visitor().get(open)).status, 200)
    portal.clock.advance(8 * msPerDay)
    assert.deepEqual((await portal.visitor().get(open)).errors, ['link.dead'])
  })

  it('an undo link does nothing for a blocked account', async () => {
    const other = await equip(portal)
    await setPassword(await proveByPhone(portal, other), fresh)
    const open = await undoLinkOf(portal, other.address)
    await portal
      .db('accounts')
      .where({ id: other.accountId })
      .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
    assert.deepEqual((await portal.visitor().get(open)).errors, ['link.dead'])
    await portal
      .db('accounts')
      .where({ id: other.accountId })
      .update({ blocked_at: null, block_reason: null })
    assert.equal((await portal.visitor().get(open)).status, 200)
  })

  it('an undo puts back a replaced phone and all that was changed after it', async () => {
    const person = await equip(portal)
    await stealPhone(person, '+375331112233')
    await person.browser.post(
      '/account/recovery/backup-address/remove',
      {},
      { from: '/account/recovery' },
    )
    assert.deepEqual([await phoneOf(person), await addressOf(person)], ['+375331112233', undefined])
    const acted = await confirmUndo(portal.visitor(), await undoLinkOf(portal, person.phone))
    assert.equal(acted.location, '/recover/new-password')
    assert.deepEqual(
      [await phoneOf(person), await addressOf(person)],
      [person.phone, person.address],
    )
    // The stranger's phone got notices too, but their links only end sessions.
    const linksToStranger = async () =>
      (await sentTo(portal, '+375331112233')).flatMap(
        ({ text }) => /(\/undo\/[\w-]+)/.exec(text)?.[1] ?? [],
      )
    const links = await eventually(
      async () => (await linksToStranger()).length >= 2 && (await linksToStranger()),
    )
    const outcomes = []
    for (const link of links) {
      const { errors } = await portal.visitor().get(link)
      outcomes.push(
        errors.length > 0 ? errors.join() : (await confirmUndo(portal.visitor(), link)).location,
      )
    }
    assert.deepEqual(outcomes.sort(), ['/recover', 'link.dead'])
    assert.deepEqual(
      [await phoneOf(person), await addressOf(person)],
      [person.phone, person.address],
    )
  })

  it('an undo leaves a contact with the account that has it by now', async () => {
    const [person, other] = [await equip(portal), await equip(portal)]
    await person.browser.post('/account/recovery/phone/remove', {}, { from: '/account/recovery' })
    const link = await undoLinkOf(portal, person.address)
    await portal.db('phones').where({ account_id: other.accountId }).delete()
    await portal.db('claims').where({ account_id: other.accountId, kind: 'phone' }).delete()
    await stealPhone(other, person.phone)
    assert.equal(await phoneOf(other), person.phone)
    assert.equal((await confirmUndo(portal.visitor(), link)).status, 303)
    assert.deepEqual([await phoneOf(person), await phoneOf(other)], [undefined, person.phone])
  })

  it('an undo from the mailbox disarms no link that went to a contact', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const [fromMailbox, fromAddress] = [
      await undoLinkOf(portal, person.mailbox),
      await undoLinkOf(portal, person.address),
    ]
    // The stranger reads the mailbox, and is faster.
    const stranger = portal.visitor()
    assert.equal((await confirmUndo(stranger, fromMailbox)).status, 303)
    const owner = portal.visitor()
    assert.equal((await confirmUndo(owner, fromAddress)).location, '/recover/new-password')
    const late = await stranger.post(
      '/recover/new-password',
      { password: fresh },
      { from: '/recover' },
    )
    assert.equal(late.location, '/recover')
    assert.equal((await setPassword(owner, `${fresh} of the owner`)).location, '/recover/done')
  })

  it('an undo closes a question that a stranger set, but does not remove it', async () => {
    const person = await equip(portal)
    await portal.db.raw('alter table security_questions disable trigger user')
    await portal.db('security_questions').where({ account_id: person.accountId }).delete()
    await portal.db.raw('alter table security_questions enable trigger user')
    const answer = 'something of a stranger'
    await person.browser.post('/account/recovery/security-question', {
      question: 'first-job',
      answer,
    })
    const acted = await confirmUndo(portal.visitor(), await undoLinkOf(portal, person.address))
    assert.equal(acted.location, '/recover/new-password')
    const stranger = await begin(portal, person.login)
    assert.deepEqual((await stranger.post('/recover/security-question', { answer })).errors, [
      'answer.wrong',
    ])
    const row = await portal
      .db('security_questions')
      .where({ account_id: person.accountId })
      .first()
    assert.equal(row.removed_at, null)
  })

  it('an undo from the mailbox keeps the probation, one from a contact ends it', async () => {
    const person = await equip(portal)
    const stranger = await begin(portal, person.login)
    await stranger.post('/recover/security-question', { answer: person.answer })
    await setPassword(stranger, fresh)
    const probation = async () =>
      (await portal.db('accounts').where({ id: person.accountId }).first('probation_until'))
        .probation_until
    const atFirst = await probation()
    assert.ok(atFirst > portal.clock.now())
    const [fromMailbox, fromAddress] = [
      await undoLinkOf(portal, person.mailbox),
      await undoLinkOf(portal, person.address),
    ]
    assert.equal((await confirmUndo(stranger, fromMailbox)).status, 303)
    assert.ok((await probation()) >= atFirst)
    assert.equal((await confirmUndo(portal.visitor(), fromAddress)).status, 303)
    assert.equal(await probation(), null)
  })
})
