// Undo after what a stranger did: what the link shows, and what it brings back.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { findBackupAddress, removeBackupAddress } from '#server/recovery/backup-address/store.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import { beginProvenFlow } from '#server/recovery/flow/begin-recovery.ts'
import { findFlow } from '#server/recovery/flow/store.ts'
import { changeMethod } from '#server/recovery/methods/change-method.ts'
import { findPhone, putPhone, removePhone } from '#server/recovery/phone/store.ts'
import { applyReset } from '#server/recovery/reset/apply-reset.ts'
import { putSecurityQuestion } from '#server/recovery/security-question/store.ts'
import {
  offerUndo,
  type ReaderKind,
  type UndoableChange,
} from '#server/recovery/undo/offer-undo.ts'
import { describeUndo, undoChange } from '#server/recovery/undo/undo-change.ts'
import { proofNow, underLock } from '#test/support/account-lock.ts'
import { arrive } from '#test/support/people.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { type Equipped, equip, setPassword } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ freshLimits: true, worker: false })

const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }
const minutes = (count: number) => new Date(portal.clock.now().getTime() + count * 60_000)

/** A link about the change, of a minute ago, that went there. */
const offer = (
  { accountId }: Pick<Equipped, 'accountId'>,
  change: UndoableChange,
  more: { reader?: ReaderKind; old?: LinkedContact; contact?: LinkedContact; at?: Date } = {},
) =>
  underLock(portal.db, accountId, (trx) =>
    offerUndo(trx, portal.parts, {
      changeId: crypto.randomUUID(),
      accountId,
      change,
      reader: 'contact',
      old: undefined,
      at: minutes(-1),
      replaces: [],
      ...more,
    }),
  )

const undo = async (token: string, keep = () => hashToken(newToken())) =>
  (await undoChange(portal.parts, token, { locale: 'be', client }, keep)).kind

const accountOf = ({ accountId }: Equipped) =>
  portal.db('accounts').where({ id: accountId }).first()
const phoneOf = async ({ accountId }: Equipped) =>
  (await findPhone(portal.db, portal.keyring, accountId))?.value
const addressOf = async ({ accountId }: Equipped) =>
  (await findBackupAddress(portal.db, portal.keyring, accountId))?.value
const activityOf = async ({ accountId }: Equipped) =>
  (await portal.db('activity').where({ account_id: accountId }).orderBy('id')).map(
    ({ event, details, device }) => `${event} ${JSON.stringify(details)} ${device}`,
  )
const noticesTo = async (person: Equipped) =>
  (await writtenMessages(portal.db, portal.keyring))
    .filter(({ to }) => [person.mailbox, person.phone, person.address].includes(to ?? ''))
    .map(({ name, to }) => `${name} ${to}`)

/** Notices of recovery methods since the first so many messages. */
const noticesOfMethods = async (person: Equipped, messages: number) =>
  (await noticesTo(person)).slice(messages).filter((each) => !each.startsWith('undo-used '))

/** A stranger with the password replaces the owner's phone, as the pages would. */
async function stealPhone(person: Equipped, e164: string): Promise<LinkedContact> {
  const { keyring } = portal
  let before: LinkedContact | undefined
  await changeMethod(
    portal.parts,
    { ...(await proofNow(portal.db, person.accountId)), client },
    async (trx, at) => {
      const put = await putPhone(trx, keyring, {
        accountId: person.accountId,
        e164,
        confirmedAt: at,
        provenAt: at,
        at,
      })
      assert.ok(put.kind === 'put')
      before = put.old
      const added = { kind: 'phone', value: e164, canonical: e164 } as const
      return {
        outcome: 'done',
        done: { method: 'phone', what: put.old ? 'changed' : 'added', old: put.old, added },
      }
    },
  )
  return before ?? assert.fail('nothing was replaced')
}

describe('an undo link', () => {
  it('the page of an undo link shows its change and moment, and never the token', async () => {
    const person = await equip(portal)
    for (const [change, words] of [
      ['password.reset', /A new password was set for your mailbox\. That was /],
      ['phone.changed', /The phone of your mailbox was replaced\./],
      ['sign-in.new-device', /signed in to your mailbox from a new device/],
    ] as const) {
      const token = await offer(person, change)
      for (let scan = 0; scan < 2; scan++) {
        const page = await portal.visitor().get(`/undo/${token}`)
        assert.deepEqual([page.status, page.page], [200, 'undo'])
        assert.match(page.html, words)
        assert.ok(!page.html.includes(token))
      }
      assert.equal((await describeUndo(portal.parts, token))?.undo.change, change)
    }
  })

  it('an unknown, used or expired link, or one of a blocked account, says it is dead', async () => {
    const person = await equip(portal)
    const token = await offer(person, 'password.reset')
    const isDead = async (which: string) => (await describeUndo(portal.parts, which)) === undefined
    const update = (what: object) =>
      portal.db('accounts').where({ id: person.accountId }).update(what)
    assert.deepEqual(
      [await isDead(token), await isDead(newToken()), await isDead('nonsense')],
      [false, true, true],
    )
    await update({ blocked_at: minutes(0), block_reason: 'x' })
    assert.equal(await isDead(token), true)
    assert.equal(await undo(token), 'dead')
    await update({ blocked_at: null, block_reason: null, closed_at: minutes(0) })
    assert.equal(await isDead(token), true)
    await update({ closed_at: null })
    assert.equal(await isDead(token), false)
    const { expires_at } = await portal
      .db('undos')
      .where({ token_hash: hashToken(token) })
      .first()
    const atTheEnd = { ...portal.parts, clock: { now: () => expires_at } }
    assert.equal(await describeUndo(atTheEnd, token), undefined)
    await portal
      .db('undos')
      .where({ token_hash: hashToken(token) })
      .update({ used_at: minutes(0) })
    assert.equal(await isDead(token), true)
    for (const which of [token, newToken(), 'nonsense']) {
      const page = await portal.visitor().get(`/undo/${which}`)
      assert.deepEqual([page.status, page.page, page.errors], [422, 'undo', ['link.dead']])
      assert.match(page.html, /href="#main" data-error="/)
      const visitor = portal.visitor()
      const acted = await visitor.post(`/undo/${which}`, {}, { from: '/sign-in' })
      assert.deepEqual([acted.status, acted.page, acted.errors], [422, 'undo', ['link.dead']])
      assert.equal(visitor.cookies.has('recovery'), false)
    }
  })

  it('an undo link sent several times at once acts once, and lets one browser on', async () => {
    const person = await equip(portal)
    const token = await offer(person, 'password.reset')
    let kept = 0
    const keep = () => {
      kept += 1
      return hashToken(newToken())
    }
    const acted = await Promise.all(Array.from({ length: 4 }, () => undo(token, keep)))
    assert.deepEqual(
      acted.filter((kind) => kind !== 'dead'),
      ['new-password'],
    )
    assert.equal(kept, 1)
  })

  it('an undo link does nothing where the account was blocked during the request', async () => {
    const person = await equip(portal)
    const token = await offer(person, 'password.reset')
    const { hasher } = portal.parts
    const blocking = {
      ...hasher,
      hash: async (password: string) => {
        await portal
          .db('accounts')
          .where({ id: person.accountId })
          .update({ blocked_at: minutes(0), block_reason: 'x' })
        return await hasher.hash(password)
      },
    }
    const acted = await undoChange(
      { ...portal.parts, hasher: blocking },
      token,
      { locale: 'en', client },
      () => assert.fail('was let on'),
    )
    assert.deepEqual(acted, { kind: 'dead' })
    assert.equal(
      (
        await portal
          .db('undos')
          .where({ token_hash: hashToken(token) })
          .first()
      ).used_at,
      null,
    )
    assert.equal(
      await portal.parts.hasher.verify(
        (await accountOf(person)).password_verifier,
        person.password,
      ),
      true,
    )
  })
})

describe('the page of an undo link', () => {
  it('the page of an undo link names the mailbox and what becomes of newer contacts', async () => {
    const person = await equip(portal)
    const { html } = await portal.visitor().get(`/undo/${await offer(person, 'phone.changed')}`)
    assert.ok(html.replaceAll('<wbr>', '').includes(person.mailbox))
    assert.match(html, /href="\/recover">Another mailbox\?/)
    assert.match(html, /that were linked since then are removed, and their owners are told/)
  })

  it('a page of a link that only ends sessions hides which ways back are set', async () => {
    const [person, bare, at] = [await equip(portal), await arrive(portal), minutes(-1)]
    const pages = await Promise.all(
      [person, bare].map(async (owner) => {
        const token = await offer(owner, 'sign-in.new-device', { reader: 'new-contact', at })
        return (await portal.visitor().get(`/undo/${token}`)).html.replace(
          /^[\s\S]*<h1|<input[^>]*>/g,
          '',
        )
      }),
    )
    const [withWays = '', without = ''] = pages
    assert.match(without, /a phone, a backup address or a security question, if one is set\./)
    assert.match(
      without,
      /Is none of them set\? If you still know the password, sign in and change it\./,
    )
    assert.match(without, /href="\/help\/recovery"/)
    // A stranger may hold such a link.
    const unnamed = (html: string) =>
      html.replaceAll('<wbr>', '').replace(/<strong>[\s\S]*?<\/strong>/, '')
    assert.equal(unnamed(withWays), unnamed(without))
    const strong = await portal.visitor().get(`/undo/${await offer(person, 'phone.changed')}`)
    assert.doesNotMatch(strong.html, /Is none of them set/)
  })

  it('the page of any undo link of a held password says that it will be stopped', async () => {
    const person = await equip(portal)
    for (const reader of ['mailbox', 'contact'] as const) {
      const { html } = await portal
        .visitor()
        .get(`/undo/${await offer(person, 'password.reset-held', { reader })}`)
      assert.match(html, /the new password that has not taken effect yet is stopped;/)
    }
    const other = await portal
      .visitor()
      .get(`/undo/${await offer(person, 'password.reset', { reader: 'mailbox' })}`)
    assert.doesNotMatch(other.html, /that has not taken effect yet is stopped/)
  })

  it('the page of a dead undo link says why it may be dead, and leads to a recovery', async () => {
    const { html } = await portal.visitor().get(`/undo/${newToken()}`)
    assert.match(html, /Part of it may be missing/)
    assert.match(html, /class="govuk-button" href="\/recover"/)
  })
})

describe('the page of a dead undo link', () => {
  const masked = ({ mailbox }: Equipped) => `${mailbox[0]}•••••@postern.example`
  /** Without the places where a line may break. */
  const unbroken = (html: string) => html.replaceAll('<wbr>', '')
  const showsOf = async (link: string, person: Equipped) => {
    const page = await portal.visitor().get(`/undo/${link}`)
    assert.deepEqual([page.status, page.errors], [422, ['link.dead']])
    assert.match(page.html, /class="govuk-button[^"]*" href="\/recover"/)
    assert.ok(!page.html.includes(person.login) && !page.html.includes(link))
    const html = unbroken(page.html)
    return html.includes(masked(person)) ? 'the mailbox' : /•/.test(html) ? 'another' : 'no mailbox'
  }

  it('the page of a dead undo link shows its mailbox partly hidden', async () => {
    const person = await equip(portal)
    const used = await offer(person, 'password.reset', { reader: 'mailbox' })
    assert.equal(await undo(used), 'sessions-ended')
    assert.equal(await showsOf(used, person), 'the mailbox')
    const expired = await offer(person, 'phone.changed', { at: minutes(-8 * 24 * 60) })
    assert.equal(await showsOf(expired, person), 'the mailbox')
    const fresh = await equip(portal)
    const replaced = await offer(fresh, 'password.changed', { reader: 'mailbox' })
    assert.equal(
      (await fresh.browser.post('/account/password', { password: 'a new and longer sentence' }))
        .status,
      303,
    )
    assert.equal(await showsOf(replaced, fresh), 'the mailbox')
    const blocked = await offer(fresh, 'password.changed')
    await portal
      .db('accounts')
      .where({ id: fresh.accountId })
      .update({ blocked_at: minutes(0), block_reason: 'x' })
    assert.equal(await showsOf(blocked, fresh), 'the mailbox')
    const acted = await portal.visitor().post(`/undo/${blocked}`, {}, { from: '/sign-in' })
    assert.equal(acted.status, 422)
    assert.ok(unbroken(acted.html).includes(masked(fresh)), 'where its button is pressed, too')
  })

  it('the page of an unknown undo link names no mailbox', async () => {
    const person = await equip(portal)
    for (const link of [newToken(), 'nonsense'])
      assert.equal(await showsOf(link, person), 'no mailbox')
  })
})

describe('a notice', () => {
  /** The links of what was written since, with what each message says of its own. */
  const promisesTo = async (person: Equipped, since: number) => {
    const written = await writtenMessages(portal.db, portal.keyring)
    const own = written
      .slice(since)
      .filter(({ params }) => params.mailbox === person.mailbox && params.undoToken)
    assert.ok(own.length > 0)
    const promises: Record<string, unknown> = {}
    for (const { to, params } of own) {
      const { undo, power } =
        (await describeUndo(portal.parts, params.undoToken ?? '')) ?? assert.fail('dead')
      assert.equal(params.undoPower, power, `${undo.change} to ${undo.reader}`)
      promises[`${undo.reader} ${to}`] = power
    }
    return promises
  }
  const countWritten = async () => (await writtenMessages(portal.db, portal.keyring)).length
  const changePassword = async ({ browser }: Equipped, password: string) =>
    assert.equal((await browser.post('/account/password', { password })).status, 303)
  const remove = (person: Equipped, take: typeof removePhone | typeof removeBackupAddress) =>
    underLock(
      portal.db,
      person.accountId,
      async (trx) => void (await take(trx, portal.keyring, person.accountId)),
    )

  it('a notice promises what its link can do, to each of its readers', async () => {
    const person = await equip(portal)
    const first = await countWritten()
    await changePassword(person, 'a new and longer sentence')
    assert.deepEqual(await promisesTo(person, first), {
      [`mailbox ${person.mailbox}`]: 'end-sessions',
      [`contact ${person.phone}`]: 'restore',
      [`contact ${person.address}`]: 'restore',
    })
    await stealPhone(person, '+375331110019')
    const second = await countWritten()
    await changePassword(person, 'another and longer sentence')
    const promised = await promisesTo(person, second)
    assert.equal(promised['new-contact +375331110019'], 'end-sessions')
    assert.equal(promised[`old-contact ${person.phone}`], 'restore')
  })

  it('a notice to a mailbox without contacts promises a new password', async () => {
    const alone = await equip(portal)
    await remove(alone, removePhone)
    await remove(alone, removeBackupAddress)
    const first = await countWritten()
    await changePassword(alone, 'a new and longer sentence')
    assert.deepEqual(await promisesTo(alone, first), {
      [`mailbox ${alone.mailbox}`]: 'new-password',
    })
  })

  it('a contact that was removed lately keeps the mailbox from giving a new password', async () => {
    const robbed = await equip(portal)
    await remove(robbed, removeBackupAddress)
    const second = await countWritten()
    await changeMethod(
      portal.parts,
      { ...(await proofNow(portal.db, robbed.accountId)), client },
      async (trx) => {
        const old = (await removePhone(trx, portal.keyring, robbed.accountId)) ?? assert.fail()
        return { outcome: 'done', done: { method: 'phone', what: 'removed', old } }
      },
    )
    assert.deepEqual(await promisesTo(robbed, second), {
      [`mailbox ${robbed.mailbox}`]: 'end-sessions',
      [`old-contact ${robbed.phone}`]: 'restore',
    })
  })
})

describe('an earlier link of a contact', () => {
  const after = async (end: (person: Equipped) => Promise<unknown>) => {
    const person = await equip(portal)
    const token = await offer(person, 'password.changed')
    await end(person)
    return (await describeUndo(portal.parts, token)) === undefined ? 'dead' : 'alive'
  }
  const resetBy = (provenBy: 'phone' | 'security-question') => async (person: Equipped) => {
    const plain = 'a new and longer sentence'
    const password = { plain, verifier: await portal.parts.hasher.hash(plain) }
    const reset = {
      accountId: person.accountId,
      provenBy,
      weak: provenBy !== 'phone',
      password,
      client,
    }
    await underLock(portal.db, person.accountId, (trx) =>
      applyReset(trx, portal.parts, { ...reset, at: minutes(0) }),
    )
  }

  it('a reset by a contact voids earlier undo links of contacts, one by an answer does not', async () => {
    assert.equal(await after(resetBy('phone')), 'dead')
    assert.equal(await after(resetBy('security-question')), 'alive')
  })

  it('a password change by the owner voids every earlier undo link', async () => {
    const change = async ({ browser }: Equipped) => {
      const changed = await browser.post('/account/password', {
        password: 'a new and longer sentence',
      })
      assert.equal(changed.status, 303, changed.errors.join())
    }
    assert.equal(await after(change), 'dead')
  })
})

describe('undo', () => {
  it('an undo ends sessions and flows, and begins a proven flow in its browser', async () => {
    const person = await equip(portal)
    const token = await offer(person, 'password.reset')
    const begun = portal.visitor()
    await begun.post('/recover', { login: person.login })
    const visitor = portal.visitor()
    const headers = { 'accept-language': 'de' }
    const acted = await visitor.post(`/undo/${token}`, {}, { from: `/undo/${token}`, headers })
    assert.deepEqual([acted.status, acted.location], [303, '/recover/new-password'])
    assert.equal(
      await portal.parts.hasher.verify(
        (await accountOf(person)).password_verifier,
        person.password,
      ),
      false,
    )
    for (const table of ['sessions', 'known_devices'])
      assert.equal(
        (await portal.db(table).where({ account_id: person.accountId })).length,
        0,
        table,
      )
    const ended = await portal
      .db('recovery_flows')
      .where({ account_id: person.accountId, state: 'begun' })
    assert.ok(ended.every(({ ended_at }) => ended_at !== null) && ended.length === 1)
    const flow = await findFlow(
      portal.db,
      hashToken(visitor.cookies.get('recovery') ?? ''),
      portal.clock.now(),
    )
    assert.deepEqual(
      [flow?.state, flow?.provenBy, flow?.accountId, flow?.address, flow?.locale, flow?.proofHash],
      ['proven', 'undo', person.accountId, person.mailbox, 'de', null],
    )
    assert.equal((await activityOf(person)).at(-1), 'undo.used {"change":"password.reset"} ')
    const page = await visitor.get('/recover/new-password')
    assert.ok(page.html.includes(person.mailbox))
    assert.equal(
      (await setPassword(visitor, 'a new and longer sentence')).location,
      '/recover/done',
    )
  })

  it('the flow of an undo has the same limit key as any recovery of its mailbox', async () => {
    const person = await equip(portal)
    const undone = hashToken(newToken())
    const visitor = portal.visitor()
    await visitor.post('/recover', { login: person.login })
    const flow = await findFlow(
      portal.db,
      hashToken(visitor.cookies.get('recovery') ?? ''),
      portal.clock.now(),
    )
    assert.equal(await undo(await offer(person, 'password.reset'), () => undone), 'new-password')
    const mine = await findFlow(portal.db, undone, portal.clock.now())
    assert.equal(mine?.limitKey, flow?.limitKey)
    assert.deepEqual([mine?.client, mine?.locale], [client, 'be'])
  })

  it('a mailbox link gives no password where a contact can, and changes no method', async () => {
    const person = await equip(portal)
    const [fromMailbox, other, contact] = [
      await offer(person, 'password.reset', { reader: 'mailbox' }),
      await offer(person, 'password.reset', { reader: 'mailbox' }),
      await offer(person, 'password.reset'),
    ]
    const flow = async (provenBy: string) => {
      const tokenHash = hashToken(newToken())
      const about = {
        tokenHash,
        accountId: person.accountId,
        epoch: firstEpoch,
        address: person.mailbox,
      } as const
      const proven = {
        beginning: 'open-link',
        provenBy,
        locale: 'be',
        client,
        at: minutes(0),
      } as const
      await underLock(portal.db, person.accountId, (trx) =>
        beginProvenFlow(trx, portal.keyring, { ...about, ...proven }),
      )
      return tokenHash
    }
    const [byQuestion, byPhone] = [await flow('security-question'), await flow('phone')]
    const never = () => assert.fail('was let on')
    assert.equal((await describeUndo(portal.parts, fromMailbox))?.power, 'end-sessions')
    assert.equal(await undo(fromMailbox, never), 'sessions-ended')
    assert.equal((await portal.db('sessions').where({ account_id: person.accountId })).length, 0)
    const account = await accountOf(person)
    assert.equal(await portal.parts.hasher.verify(account.password_verifier, person.password), true)
    assert.deepEqual([account.probation_until, account.epoch], [null, firstEpoch])
    assert.deepEqual(
      [await phoneOf(person), await addressOf(person)],
      [person.phone, person.address],
    )
    assert.equal(await findFlow(portal.db, byQuestion, minutes(0)), undefined)
    assert.equal((await findFlow(portal.db, byPhone, minutes(0)))?.state, 'proven')
    assert.equal(
      (await activityOf(person)).at(-1),
      'undo.used {"change":"password.reset"} Firefox, Linux',
    )
    assert.equal(await undo(fromMailbox), 'dead', 'once')
    assert.equal(await undo(other, never), 'sessions-ended')
    assert.equal(await undo(contact), 'new-password')
  })

  it('a mailbox link without contacts gives a new password and begins a probation', async () => {
    const person = await equip(portal)
    await underLock(portal.db, person.accountId, async (trx) => {
      await removePhone(trx, portal.keyring, person.accountId)
      await removeBackupAddress(trx, portal.keyring, person.accountId)
    })
    const offers = [1, 2].map(() => offer(person, 'password.reset', { reader: 'mailbox' }))
    const [fromMailbox = '', other = ''] = await Promise.all(offers)
    const contact = await offer(person, 'password.reset')
    const at = portal.clock.now().getTime()
    assert.equal((await describeUndo(portal.parts, fromMailbox))?.power, 'new-password')
    assert.equal(await undo(fromMailbox), 'new-password')
    const until = (await accountOf(person)).probation_until
    assert.ok(Math.abs(until.getTime() - at - 72 * 3_600_000) < 60_000)
    assert.equal(await undo(other), 'dead', 'what went to the mailbox ends with its epoch')
    assert.equal(
      await undo(contact),
      'new-password',
      'the word of a contact that was removed goes on',
    )
    assert.equal((await accountOf(person)).probation_until, null)
  })

  it('a mailbox link does nothing where a contact was linked during the request', async () => {
    const person = await equip(portal)
    await underLock(portal.db, person.accountId, async (trx) => {
      await removePhone(trx, portal.keyring, person.accountId)
      await removeBackupAddress(trx, portal.keyring, person.accountId)
    })
    const token = await offer(person, 'password.reset', { reader: 'mailbox' })
    const { hasher } = portal.parts
    const moments = { confirmedAt: minutes(0), provenAt: minutes(0), at: minutes(0) }
    const linking = {
      ...hasher,
      hash: async (password: string) => {
        await underLock(portal.db, person.accountId, (trx) =>
          putPhone(trx, portal.keyring, {
            accountId: person.accountId,
            e164: person.phone,
            ...moments,
          }),
        )
        return await hasher.hash(password)
      },
    }
    const acted = await undoChange(
      { ...portal.parts, hasher: linking },
      token,
      { locale: 'en', client },
      () => assert.fail('was let on'),
    )
    assert.deepEqual(acted, { kind: 'dead' })
    assert.equal(
      await portal.parts.hasher.verify(
        (await accountOf(person)).password_verifier,
        person.password,
      ),
      true,
    )
    assert.equal(await undo(token), 'sessions-ended')
  })

  it('an undo by a contact ends a probation and voids all other undo links', async () => {
    const person = await equip(portal)
    const at = minutes(-1)
    const voided = [
      await offer(person, 'password.reset', { reader: 'mailbox', at }),
      // The stranger's own contact may have such a link.
      await offer(person, 'password.reset', { at }),
      await offer(person, 'password.reset', { at: minutes(-5) }),
    ]
    await underLock(portal.db, person.accountId, (trx) =>
      startProbation(trx, person.accountId, minutes(5)),
    )
    assert.equal(await undo(await offer(person, 'password.reset', { at })), 'new-password')
    assert.equal((await accountOf(person)).probation_until, null)
    for (const token of voided) assert.equal(await describeUndo(portal.parts, token), undefined)
  })

  it('an undo notifies every reader, and its new link restores no stranger’s change', async () => {
    for (const reader of ['phone', 'address'] as const) {
      const person = await equip(portal)
      await stealPhone(person, reader === 'phone' ? '+375331110009' : '+375331110010')
      const linksTo = async (name: string) =>
        (await writtenMessages(portal.db, portal.keyring))
          .filter((each) => each.name === name && each.params.mailbox === person.mailbox)
          .map(({ to, params }) => [to, params.undoToken ?? ''] as const)
      const pressed = new Map(await linksTo('recovery-method-changed')).get(person[reader])
      assert.equal(await undo(pressed ?? ''), 'new-password')
      const links = new Map(await linksTo('undo-used'))
      assert.deepEqual(
        new Set(links.keys()),
        new Set([person.mailbox, person.phone, person.address]),
      )
      const other = reader === 'phone' ? person.address : person.phone
      const page = await portal.visitor().get(`/undo/${links.get(other)}`)
      assert.match(page.html, /This link takes the place of earlier ones: “since then” means since/)
      assert.equal(await undo(links.get(person[reader]) ?? ''), 'new-password', reader)
      assert.deepEqual(
        [await phoneOf(person), await addressOf(person)],
        [person.phone, person.address],
        reader,
      )
    }
  })

  it('an undo puts a replaced phone back with notices, and leaves the rest alone', async () => {
    const person = await equip(portal)
    const old = await stealPhone(person, '+375331110001')
    assert.equal(await phoneOf(person), '+375331110001')
    const messages = (await noticesTo(person)).length
    assert.equal(await undo(await offer(person, 'phone.changed', { old })), 'new-password')
    assert.deepEqual(
      [await phoneOf(person), await addressOf(person)],
      [person.phone, person.address],
    )
    assert.deepEqual((await activityOf(person)).slice(-2), [
      'undo.used {"change":"phone.changed"} Firefox, Linux',
      'phone.changed {} Firefox, Linux',
    ])
    const news = (await noticesTo(person)).slice(messages)
    const readers = [person.address, person.mailbox, person.phone]
    const names = ['recovery-method-changed', 'undo-used']
    assert.deepEqual(
      new Set(news),
      new Set(readers.flatMap((to) => names.map((name) => `${name} ${to}`))),
    )
    assert.equal(news.length, 6)
    const toStranger = (await writtenMessages(portal.db, portal.keyring)).filter(
      ({ to }) => to === '+375331110001',
    )
    assert.deepEqual(
      toStranger.map(({ name }) => name),
      ['recovery-method-changed', 'recovery-method-changed'],
      'the phone that goes gets a notice too',
    )
    const notices = (await writtenMessages(portal.db, portal.keyring)).filter(
      ({ to, name }) => name === 'recovery-method-changed' && to === person.phone,
    )
    const notice = notices.at(-1)
    assert.deepEqual(
      [notice?.params.method, notice?.params.undoToken],
      ['phone', null],
      'what came with it gets no link',
    )
  })

  it('an undo brings back the state before the disputed change, not a later one', async () => {
    const person = await equip(portal)
    const old = await stealPhone(person, '+375331110002')
    const token = await offer(person, 'phone.changed', { old, at: minutes(-2) })
    await stealPhone(person, '+375331110003')
    assert.equal(await undo(token), 'new-password')
    assert.equal(await phoneOf(person), person.phone)
  })

  it('an undo removes a phone that a stranger added, and sends notices', async () => {
    const person = await equip(portal)
    await underLock(portal.db, person.accountId, (trx) =>
      removePhone(trx, portal.keyring, person.accountId),
    )
    const token = await offer(person, 'phone.added')
    const at = portal.clock.now()
    const stolen = {
      accountId: person.accountId,
      e164: '+375331110004',
      confirmedAt: at,
      provenAt: at,
      at,
    }
    await underLock(portal.db, person.accountId, (trx) => putPhone(trx, portal.keyring, stolen))
    assert.equal(await undo(token), 'new-password')
    assert.equal(await phoneOf(person), undefined)
    assert.equal((await activityOf(person)).at(-1), 'phone.removed {} Firefox, Linux')
    const news = await noticesTo(person)
    assert.ok(news.includes(`recovery-method-removed ${person.mailbox}`))
  })

  it('an undo leaves a contact that another account has, and drops the stranger’s', async () => {
    const [person, other] = [await equip(portal), await equip(portal)]
    const old = await stealPhone(person, '+375331110005')
    const at = portal.clock.now()
    const taken = {
      accountId: other.accountId,
      e164: person.phone,
      confirmedAt: at,
      provenAt: at,
      at,
    }
    await underLock(portal.db, other.accountId, (trx) => putPhone(trx, portal.keyring, taken))
    assert.equal(await undo(await offer(person, 'phone.changed', { old })), 'new-password')
    assert.deepEqual([await phoneOf(person), await phoneOf(other)], [undefined, person.phone])
    assert.equal((await activityOf(person)).at(-1), 'phone.removed {} Firefox, Linux')
    // Another account has the removed phone by now: nothing to put back, no notice.
    const third = await equip(portal)
    const was = await underLock(portal.db, third.accountId, (trx) =>
      removePhone(trx, portal.keyring, third.accountId),
    )
    await underLock(portal.db, other.accountId, (trx) =>
      putPhone(trx, portal.keyring, { ...taken, e164: third.phone }),
    )
    const messages = (await noticesTo(third)).length
    assert.ok(was)
    assert.equal(await undo(await offer(third, 'phone.removed', { old: was })), 'new-password')
    assert.equal(await phoneOf(third), undefined)
    assert.deepEqual(await noticesOfMethods(third, messages), [])
  })

  it('an undo of a change that is gone already changes nothing and sends no notices', async () => {
    const person = await equip(portal)
    const now = await findPhone(portal.db, portal.keyring, person.accountId)
    assert.ok(now)
    const messages = (await noticesTo(person)).length
    assert.equal(await undo(await offer(person, 'phone.changed', { old: now })), 'new-password')
    assert.equal(await phoneOf(person), person.phone)
    assert.deepEqual(await noticesOfMethods(person, messages), [])
    assert.deepEqual(await findPhone(portal.db, portal.keyring, person.accountId), now)
    // A change that kept nothing, of a method that is still there: it is left.
    assert.equal(await undo(await offer(person, 'phone.changed')), 'new-password')
    assert.equal(await phoneOf(person), person.phone)
    assert.deepEqual(await noticesOfMethods(person, messages), [])
  })

  it('an undo puts a changed security question in doubt, and keeps its row', async () => {
    const [person, other] = [await equip(portal), await equip(portal)]
    const isInDoubt = async ({ accountId }: Equipped) => {
      const row = await portal.db('security_questions').where({ account_id: accountId }).first()
      assert.equal(row.removed_at, null)
      return row.doubtful_at !== null
    }
    assert.equal(await undo(await offer(person, 'security-question.added')), 'new-password')
    assert.ok(await isInDoubt(person))
    const messages = (await noticesTo(other)).length
    const at = portal.clock.now()
    await underLock(portal.db, other.accountId, (trx) =>
      putSecurityQuestion(trx, {
        accountId: other.accountId,
        question: 'first-job',
        answerVerifier: 'v',
        answerKeyId: 'k',
        at,
      }),
    )
    assert.equal(await undo(await offer(other, 'security-question.changed')), 'new-password')
    assert.ok(await isInDoubt(other))
    assert.deepEqual(await noticesOfMethods(other, messages), [])
  })
})
