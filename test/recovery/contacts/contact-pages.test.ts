// The pages of both kinds of contact: what each form shows and refuses, and where it leads.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { underLock } from '#test/support/account-lock.ts'
import { arrive } from '#test/support/people.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { forgetLimits } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const methods = '/account/recovery'
const portal = usePortal({ freshLimits: true, worker: false })

const somebody = () => arrive(portal)
let count = 0

const next = (path: string) => encodeURIComponent(path)
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

interface Kind {
  readonly id: 'phone' | 'backup-address'
  readonly field: string
  readonly message: string
  /** A contact of nobody yet, as it is typed and as it is kept. */
  contact(): { typed: string; kept: string; masked: string }
  readonly refused: readonly (readonly [string, string])[]
  /** How often a code may be sent to one before the page says when again. */
  readonly sends: number
}

const kinds: readonly Kind[] = [
  {
    id: 'phone',
    field: 'phone',
    message: 'phone-code',
    contact() {
      const digits = String(1_000_000 + ++count)
      return { typed: `8 029 ${digits}`, kept: `+37529${digits}`, masked: `•• ${digits.slice(-2)}` }
    },
    refused: [
      ['', 'missing'],
      ['12', 'shape'],
      ['+62 812 3456 7890', 'country'],
    ],
    sends: 1,
  },
  {
    id: 'backup-address',
    field: 'address',
    message: 'backup-address-code',
    contact() {
      const kept = `n${++count}@elsewhere.example`
      return { typed: kept, kept, masked: '@elsewhere.example' }
    },
    refused: [
      ['', 'missing'],
      ['nobody', 'shape'],
      ['me@postern.example', 'own-domain'],
    ],
    sends: 5,
  },
]

for (const { id, field, message, contact, refused, sends } of kinds) {
  const form = `/account/recovery/${id}`
  const confirm = `${form}/confirm`
  const codes = async (to: string) =>
    (await writtenMessages(portal.db, portal.keyring)).filter(
      (each) => each.name === message && each.to === to,
    )
  const codeTo = async (to: string) =>
    (await codes(to)).at(-1)?.params.code ?? assert.fail('no code')
  const wrongOf = (code: string) => code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))
  const remove = (visitor: Visitor, from = methods) => visitor.post(`${form}/remove`, {}, { from })
  async function link(visitor: Visitor, { typed, kept } = contact()): Promise<void> {
    assert.equal((await visitor.post(form, { [field]: typed })).location, confirm)
    assert.equal((await visitor.post(confirm, { code: await codeTo(kept) })).location, methods)
  }

  describe(`the pages of the ${id}`, () => {
    it('a contact is linked by its code, with one flash, and removed again', async () => {
      const { visitor, accountId } = await somebody()
      const { typed, kept, masked } = contact()
      const page = await visitor.get(form)
      assert.deepEqual([page.status, page.page, page.errors], [200, id, []])
      assert.ok(page.html.includes(`name="${field}"`))
      assert.equal((await visitor.get(confirm)).location, form, 'no code is on its way')
      const asked = await visitor.post(form, { [field]: typed })
      assert.deepEqual([asked.status, asked.location], [303, confirm])
      const waiting = await visitor.get(confirm)
      assert.deepEqual([waiting.status, waiting.page], [200, `${id}-confirm`])
      assert.ok(
        waiting.html.replace(/\u00a0|\u2011/g, '').includes(kept.slice(0, 5)),
        'it says where to',
      )
      const code = await codeTo(kept)
      for (const [given, reason] of [
        ['', 'missing'],
        ['12', 'shape'],
        [wrongOf(code), 'wrong'],
      ] as const) {
        const answer = await visitor.post(confirm, { code: given })
        assert.deepEqual(
          [answer.status, answer.page, answer.errors],
          [422, `${id}-confirm`, [`code.${reason}`]],
        )
      }
      const linked = await visitor.post(confirm, { code })
      assert.deepEqual([linked.status, linked.location], [303, methods])
      const overview = await visitor.get(methods)
      assert.match(
        overview.html,
        id === 'phone' ? /The phone is linked\./ : /The backup address is linked\./,
      )
      assert.ok(overview.html.includes(masked))
      assert.equal((await visitor.get(confirm)).location, form)
      const removed = await remove(visitor)
      assert.deepEqual([removed.status, removed.location], [303, methods])
      assert.match((await visitor.get(methods)).html, /is removed\. It can be linked again/)
      const events = await portal
        .db('activity')
        .where({ account_id: accountId })
        .orderBy('id')
        .pluck('event')
      assert.deepEqual(events.slice(1), [`${id}.added`, `${id}.removed`])
    })

    it('a form sets only what its page asks for, and no flag that says confirmed', async () => {
      const [{ visitor, accountId }, other] = [await somebody(), await somebody()]
      const { typed } = contact()
      const flags = {
        confirmed: 'true',
        confirmed_at: '2026-01-01',
        confirmedAt: '2026-01-01',
        state: 'set',
      }
      const asked = await visitor.post(form, {
        [field]: typed,
        ...flags,
        accountId: other.accountId,
        to: 'x@y.example',
      })
      assert.equal(asked.location, confirm)
      const refused = await visitor.post(confirm, { code: '', ...flags, spent_at: '2026-01-01' })
      assert.deepEqual(refused.errors, ['code.missing'])
      const table = id === 'phone' ? 'phones' : 'backup_addresses'
      assert.equal(
        (await portal.db(table).whereIn('account_id', [accountId, other.accountId])).length,
        0,
      )
      const waiting = await portal
        .db('contact_confirmations')
        .whereIn('account_id', [accountId, other.accountId])
      assert.deepEqual(
        waiting.map(({ account_id }) => account_id),
        [accountId],
      )
    })

    it('what cannot be a contact is refused with the reason and stays in the form', async () => {
      const { visitor } = await somebody()
      for (const [typed, reason] of refused) {
        const answer = await visitor.post(form, { [field]: typed })
        assert.deepEqual(
          [answer.status, answer.page, answer.errors],
          [422, id, [`${field}.${reason}`]],
        )
        if (typed) assert.ok(answer.html.includes(`value="${typed}"`))
      }
    })

    it('that another mailbox holds a contact is told only after its code was proven', async () => {
      const [holder, stranger] = [await somebody(), await somebody()]
      const mine = contact()
      await link(holder.visitor, mine)
      await forgetLimits(portal)
      assert.equal((await stranger.visitor.post(form, { [field]: mine.typed })).location, confirm)
      const taken = await stranger.visitor.post(confirm, { code: await codeTo(mine.kept) })
      assert.deepEqual(
        [taken.status, taken.page, taken.errors],
        [422, `${id}-confirm`, [`${id}.taken`]],
      )
    })

    it('a code is sent again in the language of the page, after a wait', async () => {
      const { visitor } = await somebody()
      const { typed, kept } = contact()
      assert.equal(
        (await visitor.post(`${confirm}/again`, {}, { from: form })).location,
        form,
        'nothing was sent yet',
      )
      const speak = (locale: string) => visitor.get(`/account?lang=${locale}`)
      const last = async () => (await codes(kept)).at(-1)?.locale
      await speak('de')
      await visitor.post(form, { [field]: typed })
      assert.equal(await last(), 'de')
      await speak('ru')
      for (let i = 1; i < sends; i++) {
        const again = await visitor.post(`${confirm}/again`, {}, { from: confirm })
        assert.deepEqual([again.status, again.location], [303, confirm])
        assert.equal(await last(), 'ru')
      }
      await speak('en')
      assert.equal((await codes(kept)).length, sends)
      assert.match((await visitor.get(confirm)).html, /can be sent in/)
      const full = await visitor.post(`${confirm}/again`, {}, { from: confirm })
      const seconds = Number(full.headers.get('retry-after'))
      assert.deepEqual([full.status, full.page], [429, 'too-many-tries'])
      assert.ok(seconds > 30 && seconds <= 600, `${seconds}`)
      // Typed once more, it leads to the page of the code that is under way.
      const typedAgain = await visitor.post(form, { [field]: typed })
      assert.deepEqual([typedAgain.status, typedAgain.location], [303, confirm])
      assert.equal((await codes(kept)).length, sends, 'and nothing is sent')
      await forgetLimits(portal)
      assert.doesNotMatch((await visitor.get(confirm)).html, /can be sent in/)
      await speak('be')
      const later = await visitor.post(`${confirm}/again`, {}, { from: confirm })
      assert.deepEqual([later.status, later.location], [303, confirm])
      assert.equal(await last(), 'be')
    })

    it('the pages of a contact need a session, and changes a fresh password', async () => {
      const stranger = portal.visitor()
      const fields = { [field]: contact().typed, code: '123456' }
      for (const [path, back] of [
        [form, form],
        [confirm, confirm],
        [`${confirm}/again`, confirm],
        [`${form}/remove`, methods],
      ] as const) {
        const answer = await stranger.post(path, fields, { from: '/sign-in' })
        assert.deepEqual(
          [answer.status, answer.location],
          [303, `/sign-in?next=${next(back)}`],
          path,
        )
      }
      for (const path of [form, confirm])
        assert.equal((await stranger.get(path)).location, `/sign-in?next=${next(path)}`)
      const { visitor } = await somebody()
      const { typed, kept } = contact()
      await visitor.post(form, { [field]: typed })
      portal.clock.advance(9.5 * 60_000)
      assert.equal((await visitor.get(form)).status, 200)
      portal.clock.advance(60_000)
      const fresh = '/account/confirm-password?next='
      assert.equal((await visitor.get(form)).location, `${fresh}${next(form)}`)
      assert.equal(
        (await visitor.post(form, { [field]: typed }, { from: '/account' })).location,
        `${fresh}${next(form)}`,
      )
      assert.equal((await remove(visitor, '/account')).location, `${fresh}${next(methods)}`)
      assert.equal((await codes(kept)).length, 1)
      // The code was asked for with a fresh password: typing it takes as long as it takes.
      assert.deepEqual(
        (await visitor.post(confirm, { code: await codeTo(kept) }, { from: '/account' })).errors,
        ['code.dead'],
      )
      portal.clock.advance(-10.5 * 60_000)
    })

    it('during a probation the pages of a contact change nothing and say until when', async () => {
      const { visitor, accountId } = await somebody()
      await link(visitor)
      await forgetLimits(portal)
      const other = contact()
      await visitor.post(form, { [field]: other.typed })
      const code = await codeTo(other.kept)
      await forgetLimits(portal)
      const until = new Date(portal.clock.now().getTime() + 3_600_000)
      await underLock(portal.db, accountId, (trx) => startProbation(trx, accountId, until))
      for (const [path, fields] of [
        [form, { [field]: other.typed }],
        [`${confirm}/again`, {}],
        [confirm, { code }],
        [`${form}/remove`, {}],
      ] as const) {
        await forgetLimits(portal)
        const answer = await visitor.post(path, fields, { from: '/account' })
        assert.deepEqual(
          [answer.status, answer.page, answer.errors],
          [422, id, ['recovery-methods.probation']],
          path,
        )
      }
    })

    it('an account that is blocked meanwhile changes no contact', async () => {
      const { visitor, accountId } = await somebody()
      await link(visitor)
      const _csrf = await visitor.token(form)
      const other = await portal.db.transaction()
      await other('accounts')
        .where({ id: accountId })
        .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
      const answered = visitor.send(
        `${form}/remove`,
        new URLSearchParams({ _csrf }).toString(),
        urlencoded,
      )
      await pause(150)
      await other.commit()
      const { status, location } = await answered
      assert.deepEqual([status, location], [303, `/sign-in?next=${encodeURIComponent(form)}`])
      const table = id === 'phone' ? 'phones' : 'backup_addresses'
      assert.equal((await portal.db(table).where({ account_id: accountId })).length, 1)
    })

    it('removals count among the changes of a day', async () => {
      const { visitor, accountId } = await somebody()
      await link(visitor)
      const limit = createLimits(portal.db).limit('method-changes', {
        points: 20,
        seconds: 86_400,
      })
      for (let i = 0; i < 20; i++) await limit.count(accountId)
      const full = await remove(visitor)
      assert.deepEqual([full.status, full.page], [429, 'too-many-tries'])
      assert.ok(Number(full.headers.get('retry-after')) > 86_000)
    })
  })
}
