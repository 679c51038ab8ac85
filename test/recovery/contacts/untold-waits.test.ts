// A page reveals nothing of what others asked for: a withheld message looks like a sent one.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arrive } from '#test/support/people.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { forgetLimits } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal({ freshLimits: true, worker: false })

const sentTo = async (to: string) =>
  (await writtenMessages(portal.db, portal.keyring)).filter((message) => message.to === to)
const decoys = async () =>
  (await writtenMessages(portal.db, portal.keyring)).filter((message) => message.to === null).length

/** Milliseconds within which what is typed again is a second click. */
const pause = 60_000

const kinds = [
  { id: 'phone', field: 'phone', used: '+375296010101', fresh: '+375296020101', sends: 1 },
  {
    id: 'backup-address',
    field: 'address',
    used: 'ab@one.example',
    fresh: 'ab@two.example',
    sends: 5,
  },
] as const

for (const { id, field, used, fresh, sends } of kinds) {
  const form = `/account/recovery/${id}`
  const confirm = `${form}/confirm`
  const ask = (visitor: Visitor, to: string) => visitor.post(form, { [field]: to })
  /** What the account sees, without what it typed and the moment of its own next code. */
  const seen = async (visitor: Visitor, to: string) => {
    const asked = await ask(visitor, to)
    const page = await visitor.get(confirm)
    const fields = /name="(?:_csrf|seen)" value="[^"]+"/g
    const typed = /somebody\d+n|one\.example|two\.example|60(?:1|2)|\d+:\d\d(?::\d\d)?/g
    const spaced = page.html.replace(/\u00a0|\u2011/g, ' ')
    const html = spaced.replace(fields, '…').replace(typed, '…')
    return { status: asked.status, location: asked.location, page: page.page, html }
  }
  async function useUp(to: string): Promise<void> {
    const { visitor } = await arrive(portal)
    for (let sent = 0; sent < sends; sent += 1) {
      if (sent > 0) portal.clock.advance(pause)
      assert.equal((await ask(visitor, to)).location, confirm)
    }
    const { length } = await sentTo(to)
    if (sends > 1) portal.clock.advance(pause)
    assert.equal(
      (await ask(visitor, to)).location,
      confirm,
      'its page says when there can be another one',
    )
    assert.equal((await sentTo(to)).length, length)
  }

  describe(`the ${id} that somebody else asked a code for`, () => {
    it('a contact that others asked codes for looks like any other to the next', async () => {
      await useUp(used)
      const { length } = await sentTo(used)
      const [held, decoysBefore] = [await arrive(portal), await decoys()]
      const free = await arrive(portal)
      assert.deepEqual(await seen(held.visitor, used), await seen(free.visitor, fresh))
      assert.equal((await sentTo(used)).length, length)
      assert.equal((await sentTo(fresh)).length, 1)
      assert.equal(await decoys(), decoysBefore + 1, 'the same rows are written')
    })

    it('a code that nobody was sent cannot be guessed', async () => {
      await useUp(used)
      const code = (await sentTo(used)).at(-1)?.params.code ?? ''
      const held = await arrive(portal)
      await ask(held.visitor, used)
      assert.deepEqual((await held.visitor.post(confirm, { code })).errors, ['code.wrong'])
      const { code_digest } = await portal
        .db('contact_confirmations')
        .where({ account_id: held.accountId, kind: id })
        .first()
      const contact = { kind: id, value: used, canonical: used }
      for (let guess = 0; guess < 1_000_000; guess += 9973) {
        const text = JSON.stringify([
          held.accountId,
          id,
          contact.canonical,
          String(guess).padStart(6, '0'),
        ])
        assert.ok(!portal.keyring.digest('contact-confirmations.code', text).equals(code_digest))
      }
    })

    it('a withheld message costs the asker as much as one that is sent', async () => {
      await useUp(used)
      const [held, free] = [await arrive(portal), await arrive(portal)]
      await ask(held.visitor, used)
      await ask(free.visitor, fresh)
      const left = async (visitor: Visitor) => {
        for (let asked = 0; asked < 30; asked += 1) {
          const to =
            id === 'phone' ? `+3752970${10 + asked}1${asked}1` : `more${asked}@three.example`
          if ((await ask(visitor, to)).status === 429) return asked
        }
        return assert.fail('no end')
      }
      const [ofHeld, ofFree] = [await left(held.visitor), await left(free.visitor)]
      assert.equal(ofHeld, ofFree)
    })

    it('an account that asks many times at once is sent one code', async () => {
      const { visitor } = await arrive(portal)
      const _csrf = await visitor.token(form)
      const to = id === 'phone' ? '+375296030303' : 'at@once.example'
      const body = new URLSearchParams({ _csrf, [field]: to }).toString()
      const send = () =>
        visitor.send(form, body, { 'content-type': 'application/x-www-form-urlencoded' })
      const answers = await Promise.all(Array.from({ length: 8 }, send))
      assert.ok(answers.every(({ status, location }) => status === 303 && location === confirm))
      assert.equal((await sentTo(to)).length, 1)
    })
  })

  describe(`the ${id} that waits for its code`, () => {
    it('a contact typed long ago gets another code only after the password', async () => {
      const { visitor, password } = await arrive(portal)
      const to = id === 'phone' ? '+375296040404' : 'late@one.example'
      const again = () => visitor.post(`${confirm}/again`, {}, { from: '/account' })
      const minutes = async (count: number) => {
        await forgetLimits(portal)
        portal.clock.advance(count * 60_000)
      }
      await minutes(8)
      await ask(visitor, to)
      await minutes(8)
      assert.deepEqual([(await visitor.get(form)).status, (await again()).location], [303, confirm])
      await minutes(3)
      const asked = await again()
      const demand = `/account/confirm-password?next=${encodeURIComponent(confirm)}`
      assert.deepEqual(
        [asked.status, asked.location],
        [303, demand],
        'typed eleven minutes ago, its code is alive',
      )
      assert.equal((await sentTo(to)).length, 2)
      await visitor.post('/account/confirm-password', { password, next: confirm })
      assert.equal((await again()).location, confirm)
      assert.equal((await sentTo(to)).length, 3)
      portal.clock.advance(-19 * 60_000)
    })

    it('a pending contact ends with its code', async () => {
      const { visitor } = await arrive(portal)
      const to = id === 'phone' ? '+375296050505' : 'ended@one.example'
      await ask(visitor, to)
      const code = (await sentTo(to)).at(-1)?.params.code ?? ''
      await forgetLimits(portal)
      portal.clock.advance(10 * 60_000)
      assert.equal((await visitor.get(confirm)).location, form)
      assert.equal(
        (await visitor.post(`${confirm}/again`, {}, { from: '/account' })).location,
        form,
      )
      const late = await visitor.post(confirm, { code }, { from: '/account' })
      assert.deepEqual(late.errors, ['code.dead'])
      assert.doesNotMatch(late.html, /confirm\/again/)
      assert.equal((await sentTo(to)).length, 1)
      portal.clock.advance(-10 * 60_000)
    })
  })
}
