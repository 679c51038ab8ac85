// What a link that opens nothing says, to whom, and for how long.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { deleteOldLinks } from '#server/recovery/backup-address/link-store.ts'
import { deleteOldDeadLinks } from '#server/recovery/dead-links/store.ts'
import { deleteOldUndos } from '#server/recovery/undo/store.ts'
import {
  begin,
  equip,
  forgetLimits,
  linkOf,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer } from '#test/support/visitor.ts'

const fresh = 'a new and longer sentence'
const portal = usePortal({ freshLimits: true, env: { LIMIT_SMS_WAIT_SECONDS: '0.001' } })

const titleOf = ({ html }: Answer) => /<h1[^>]*>([^<]+)</.exec(html)?.[1]
const open = (link: string) => portal.visitor().get(link)
const doorsOf = ({ html }: Answer) =>
  [...html.matchAll(/class="govuk-button[^"]*" href="([^"]+)"/g)].map((found) => found[1])
const sweep = async () => {
  const before = new Date(portal.clock.now().getTime() - msPerDay)
  await deleteOldLinks(portal.db, before, 1000)
  await deleteOldUndos(portal.db, before, 1000)
}

describe('a dead link to a new password', () => {
  it('says which of newer, used and expired it is, also after the sweeps', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const newer = await linkOf(portal, visitor, person)
    const used = await linkOf(portal, visitor, person, 2)
    assert.equal(titleOf(await open(newer)), 'There is a newer link')
    await visitor.get(used)
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const expired = await linkOf(portal, await begin(portal, person.login), person, 3)
    portal.clock.advance(61 * 60_000)
    for (const round of ['at once', 'after the sweeps', 'two weeks later']) {
      for (const [link, title, doors] of [
        [newer, 'There is a newer link', ['/recover']],
        [used, 'The new password is already set', ['/sign-in', '/recover']],
        [expired, 'The link is too old', ['/recover']],
      ] as const) {
        const answer = await open(link)
        assert.deepEqual(
          [answer.status, answer.page, answer.errors, titleOf(answer), doorsOf(answer)],
          [422, 'recover-link', ['link.dead'], title, doors],
          round,
        )
        assert.ok(!answer.html.includes(link.split('/').at(-1) ?? ''))
      }
      portal.clock.advance((round === 'at once' ? 2 : 12) * msPerDay)
      await sweep()
    }
  })

  it('a link whose mailbox has changed since says so, and offers both ways on', async () => {
    const person = await equip(portal)
    const link = await linkOf(portal, await begin(portal, person.login), person)
    await setPassword(await proveByPhone(portal, person), fresh)
    const answer = await open(link)
    assert.equal(titleOf(answer), 'The mailbox has changed since')
    assert.deepEqual(doorsOf(answer), ['/recover', '/sign-in'])
  })

  it("A stranger's link says the same whether or not a mailbox exists.", async () => {
    const person = await equip(portal)
    const real = await linkOf(portal, await begin(portal, person.login), person)
    const token = real.split('/').at(-1) ?? ''
    const page = (answer: Answer) => answer.html.replace(/(name="_csrf" value=")[^"]+/g, '$1')
    const strange = await open(`/recover/link/${newToken()}`)
    assert.equal(titleOf(strange), 'The link is not complete')
    for (const other of [token.slice(0, 42), `${token}x`, token.toLowerCase(), 'nonsense']) {
      const answer = await open(`/recover/link/${other}`)
      assert.equal(page(answer), page(strange), other)
    }
  })

  it('a link is forgotten a month after it died, and with its account', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const first = await linkOf(portal, visitor, person)
    await linkOf(portal, visitor, person, 2)
    const tokenHash = hashToken(first.split('/').at(-1) ?? '')
    const at = portal.clock.now().getTime()
    const before = (days: number) => new Date(at + days * msPerDay)
    const isKept = async () =>
      (await portal.db('dead_links').where({ token_hash: tokenHash })).length === 1
    await deleteOldDeadLinks(portal.db, before(-1), 100)
    assert.ok(await isKept())
    await deleteOldDeadLinks(portal.db, before(1), 100)
    assert.ok(!(await isKept()))
    assert.equal(titleOf(await open(first)), 'The link is not complete')
  })
})

describe('a dead link “this was not me”', () => {
  it('says which of used, newer and expired it is, also after the sweeps', async () => {
    const person = await equip(portal)
    await setPassword(await proveByPhone(portal, person), fresh)
    const used = await undoLinkOf(portal, person.address)
    const ofMailbox = await undoLinkOf(portal, person.mailbox)
    const visitor = portal.visitor()
    assert.equal((await visitor.post(used)).location, '/recover/new-password')
    const expired = await undoLinkOf(portal, person.address, /\/undo\//, 2)
    for (const round of ['at once', 'after the sweeps']) {
      portal.clock.advance((round === 'at once' ? 8 : 2) * msPerDay)
      if (round !== 'at once') await sweep()
      await forgetLimits(portal)
      for (const [link, title] of [
        [used, 'The link has already been used'],
        [ofMailbox, 'There is a newer message'],
        [expired, 'The link is too old'],
        [`/undo/${newToken()}`, 'The link is not complete'],
      ] as const) {
        const answer = await open(link)
        assert.deepEqual(
          [answer.status, answer.page, answer.errors, titleOf(answer)],
          [422, 'undo', ['link.dead'], title],
          round,
        )
      }
    }
  })
})

describe('a proof that came too late', () => {
  it('says which kind of proof it was', async () => {
    const person = await equip(portal)
    const visitor = await proveByPhone(portal, person)
    await portal.db('phones').where({ account_id: person.accountId }).delete()
    const late = await setPassword(visitor, fresh)
    assert.deepEqual([late.status, late.errors], [422, ['link.dead']])
    assert.match(late.html, /You proved that it is you with a code from an SMS/)

    const other = await equip(portal)
    const again = await begin(portal, other.login)
    await again.post('/recover/security-question', { answer: other.answer })
    await portal
      .db('security_questions')
      .where({ account_id: other.accountId })
      .update({ set_at: portal.clock.now() })
    assert.match((await setPassword(again, fresh)).html, /the answer to the security question/)
  })

  it('who proved a flow that another one overtook is told to sign in', async () => {
    const person = await equip(portal)
    const slow = await proveByPhone(portal, person)
    await setPassword(await proveByPhone(portal, person, 2), fresh)
    const late = await slow.post(
      '/recover/new-password',
      { password: `${fresh} of the second` },
      { from: '/recover' },
    )
    assert.equal(late.location, '/recover')
    assert.match((await slow.get('/recover')).html, /sign in with the new password/)
    const looking = await slow.get('/recover/new-password')
    assert.equal(looking.location, '/recover')
    assert.match((await slow.get('/recover')).html, /sign in with the new password/)
  })
})

describe('a link of another letter', () => {
  it('an unknown link of each kind says that part of it may be missing, and leads on', async () => {
    for (const [path, door] of [
      ['/appeal/', '/'],
      ['/report/progress/', '/report'],
      ['/report/confirm/', '/report'],
      ['/stop/', '/'],
    ] as const) {
      const answer = await open(`${path}${newToken()}`)
      assert.deepEqual([answer.status, answer.page], [404, 'not-found'], path)
      assert.equal(titleOf(answer), 'The link is not complete', path)
      assert.deepEqual(doorsOf(answer), [door], path)
    }
  })
})
