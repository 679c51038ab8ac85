// Links for a recovery below the pages: what is kept, when a link dies, and who gets one.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, beforeEach, describe, it } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import {
  decideLinkRequest,
  deleteOldLinks,
  findLink,
  findLinkRequest,
  putLink,
  putLinkRequest,
  rekeyLinkRequests,
  spendLink,
} from '#server/recovery/backup-address/link-store.ts'
import { sendRecoveryLink } from '#server/recovery/backup-address/send-recovery-link.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import { startAddressTrial } from '#test/support/recovery/address-trial.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import {
  at,
  client,
  keyring,
  minutes,
  onlyNew,
  rotated,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startAddressTrial()
const { owner, partsOf } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

const typedAs = (address: string, canonical = address) =>
  ({ address, canonical, locale: 'de', client }) as const
const ask = (flowId: string, address: string, canonical = address) =>
  trial.within((trx) =>
    putLinkRequest(trx, keyring, { flowId, typed: typedAs(address, canonical), at }),
  )
const find = (flowId: string, ring = keyring) => findLinkRequest(trial.db, ring, flowId)
const decide = (flowId: string, sends: number) =>
  trial.within((trx) => decideLinkRequest(trx, flowId, sends))

describe('the request for a link', () => {
  it('a flow keeps its newest request for a link, as it was typed', async () => {
    const [mine, other] = [await trial.newFlow(nobody), await trial.newFlow(nobody)]
    assert.equal(await find(mine.id), undefined)
    assert.equal(await ask(mine.id, 'A.Nna@gmail.com', 'anna@gmail.com'), 1)
    const typed = typedAs('A.Nna@gmail.com', 'anna@gmail.com')
    assert.deepEqual(await find(mine.id), { typed, sends: 1, decided: false })
    const row = await trial.db('recovery_link_requests').where({ flow_id: mine.id }).first()
    assert.ok(!JSON.stringify(row).includes('gmail'), 'the address is sealed')
    assert.deepEqual(
      JSON.parse(keyring.open('recovery-link-requests.address', row.address_sealed)),
      typed,
    )
    assert.deepEqual(row.asked_at, at)
    assert.equal(await decide(mine.id, 1), true)
    assert.equal((await find(mine.id))?.decided, true)
    assert.equal(await ask(mine.id, 'other@elsewhere.example'), 2)
    assert.deepEqual(await find(mine.id), {
      typed: typedAs('other@elsewhere.example'),
      sends: 2,
      decided: false,
    })
    assert.equal(await find(other.id), undefined)
  })

  it('one worker answers a request for a link, and only while it is the newest', async () => {
    const { id } = await trial.newFlow(nobody)
    await ask(id, 'anna@elsewhere.example')
    assert.equal(await decide(id, 2), false)
    assert.deepEqual((await Promise.all([decide(id, 1), decide(id, 1)])).filter(Boolean), [true])
    await ask(id, 'anna@elsewhere.example')
    assert.equal(await decide(id, 1), false)
    assert.equal(await decide(id, 2), true)
  })

  it('requests for links move to the newest key in portions, and locked rows stay', async () => {
    await trial.db('recovery_link_requests').delete()
    const flows = [
      await trial.newFlow(nobody),
      await trial.newFlow(nobody),
      await trial.newFlow(nobody),
    ]
    for (const { id } of flows) await ask(id, 'anna@elsewhere.example')
    const rekey = (limit: number) => trial.within((trx) => rekeyLinkRequests(trx, rotated, limit))
    assert.equal(await trial.within((trx) => rekeyLinkRequests(trx, keyring, 10)), 0)
    await trial.within(async (other) => {
      await other('recovery_link_requests').where({ flow_id: flows[0]?.id }).forUpdate()
      assert.deepEqual([await rekey(1), await rekey(10)], [1, 1])
    })
    assert.deepEqual([await rekey(10), await rekey(10)], [1, 0])
    for (const { id } of flows)
      assert.equal((await find(id, onlyNew))?.typed.address, 'anna@elsewhere.example')
  })
})

describe('a link', () => {
  const put = (accountId: string, when = at) => {
    const tokenHash = hashToken(newToken())
    const expiresAt = new Date(when.getTime() + 3_600_000)
    return trial
      .within((trx) =>
        putLink(trx, { accountId, epoch: firstEpoch, tokenHash, at: when, expiresAt }),
      )
      .then(() => tokenHash)
  }
  const look = (tokenHash: Buffer, when = at) => findLink(trial.db, tokenHash, when)
  const spend = (accountId: string, tokenHash: Buffer, when = at) =>
    trial.within((trx) => spendLink(trx, { accountId, tokenHash, at: when }))

  it('only the newest link of an account works', async () => {
    const anna = await owner()
    const first = await put(anna.id)
    assert.deepEqual(await look(first), { accountId: anna.id, epoch: firstEpoch })
    const second = await put(anna.id, minutes(1))
    assert.equal(await look(first, minutes(1)), undefined)
    assert.deepEqual(await look(second, minutes(1)), { accountId: anna.id, epoch: firstEpoch })
    // A new link works, though the one before was spent.
    assert.equal(await spend(anna.id, second, minutes(2)), true)
    const third = await put(anna.id, minutes(3))
    assert.deepEqual(await look(third, minutes(3)), { accountId: anna.id, epoch: firstEpoch })
    assert.equal(await spend(anna.id, third, minutes(4)), true)
  })

  it('a link of one account is worth nothing to another', async () => {
    const [anna, boris] = [await owner(), await owner()]
    const [ofAnna, ofBoris] = [await put(anna.id), await put(boris.id)]
    assert.equal(await spend(boris.id, ofAnna), false)
    assert.equal(await spend(anna.id, ofBoris), false)
    assert.equal(await spend(anna.id, ofAnna), true)
    assert.deepEqual(await look(ofBoris), { accountId: boris.id, epoch: firstEpoch })
  })

  it('a link is spent once and in time', async () => {
    const anna = await owner()
    const second = await put(anna.id, minutes(1))
    assert.deepEqual(await look(second, minutes(60.9)), { accountId: anna.id, epoch: firstEpoch })
    assert.equal(await look(second, minutes(61)), undefined)
    assert.equal(await look(hashToken(newToken())), undefined)
    assert.equal(await spend(anna.id, second, minutes(61)), false)
    const spent = await Promise.all([
      spend(anna.id, second, minutes(2)),
      spend(anna.id, second, minutes(2)),
    ])
    assert.deepEqual(spent.filter(Boolean), [true])
    assert.equal(await look(second, minutes(2)), undefined)
  })

  it('a link dies with its epoch, a block, its account and its address', async () => {
    const change = (table: string, id: string, key: string, what: object) =>
      trial
        .db(table)
        .where({ [key]: id })
        .update(what)
    for (const [table, key, what] of [
      ['accounts', 'id', { epoch: 2 }],
      ['accounts', 'id', { blocked_at: at, block_reason: 'x' }],
      ['accounts', 'id', { closed_at: at }],
      ['backup_addresses', 'account_id', { confirmed_at: minutes(0.1) }],
    ] as const) {
      const anna = await owner()
      const link = await put(anna.id)
      await change(table, anna.id, key, what)
      assert.equal(await look(link, minutes(1)), undefined, Object.keys(what)[0])
      assert.equal(await spend(anna.id, link, minutes(1)), false, Object.keys(what)[0])
    }
    const anna = await owner()
    const link = await put(anna.id)
    await trial.db('backup_addresses').where({ account_id: anna.id }).delete()
    assert.equal(await look(link), undefined)
    assert.equal(await spend(anna.id, link), false)
  })

  it('expired links are deleted in portions', async () => {
    await trial.db('recovery_links').delete()
    for (const when of [-200, -200, 0]) await put((await owner()).id, minutes(when))
    assert.equal(
      await deleteOldLinks(trial.db, minutes(-140), 10),
      0,
      'at its end it is not yet before it',
    )
    assert.equal(await deleteOldLinks(trial.db, minutes(-139), 1), 1)
    assert.equal(await deleteOldLinks(trial.db, minutes(-139), 10), 1)
    assert.equal((await trial.db('recovery_links')).length, 1)
  })
})

describe('the worker that mails links', () => {
  const send = (payload: Record<string, unknown>, more: object = {}) =>
    sendRecoveryLink(partsOf(more), payload)
  async function asked(accountId: string, address: string, canonical = address) {
    const { id: flowId } = await trial.newFlow(accountId)
    return {
      flowId,
      accountId,
      epoch: accountId === nobody ? 0 : firstEpoch,
      sends: await ask(flowId, address, canonical),
    }
  }
  const messages = () => writtenMessages(trial.db, keyring)
  beforeEach(() => trial.db('messages').delete())

  it('a link is mailed to the stored address, never to the typed one', async () => {
    const anna = await owner()
    const payload = await asked(anna.id, 'typed@elsewhere.example', anna.canonical)
    await Promise.all([send(payload), send(payload)])
    await send(payload)
    const [letter, ...more] = await messages()
    assert.equal(more.length, 0)
    const token = letter?.params.token ?? ''
    const mailbox = (await trial.db('accounts').where({ id: anna.id }).first()).address
    assert.deepEqual(letter, {
      name: 'recovery-link',
      channel: 'mail',
      to: anna.address,
      locale: 'be',
      params: {
        token,
        expiresAt: minutes(60).toISOString(),
        mailbox,
        at: at.toISOString(),
        ...client,
      },
    })
    assert.deepEqual(await findLink(trial.db, hashToken(token), minutes(59)), {
      accountId: anna.id,
      epoch: firstEpoch,
    })
    assert.equal(await findLink(trial.db, hashToken(token), minutes(60)), undefined)
    assert.deepEqual(Object.values(await trial.counters()), [1, 1])
    const boris = await owner('la')
    await send(await asked(boris.id, boris.canonical))
    assert.equal((await messages()).at(-1)?.locale, 'de', 'that of the page where none is known')
  })

  it('a contact of somebody else leaves the same rows as the right one', async () => {
    const [anna, boris] = [await owner(), await owner()]
    const without = await trial.newAccount()
    await send(await asked(anna.id, anna.canonical))
    const token = (await messages())[0]?.params.token ?? ''
    const counted = await trial.counters()
    const update = (what: object) => trial.db('accounts').where({ id: anna.id }).update(what)
    for (const [accountId, canonical, change] of [
      [anna.id, boris.canonical, { closed_at: null }],
      [without, anna.canonical, { closed_at: null }],
      [nobody, anna.canonical, { closed_at: null }],
      [anna.id, anna.canonical, { blocked_at: at, block_reason: 'x' }],
      [anna.id, anna.canonical, { blocked_at: null, block_reason: null, closed_at: at }],
    ] as const) {
      await update(change)
      await trial.db('messages').delete()
      const payload = await asked(accountId, canonical)
      await send(payload)
      const [letter, ...more] = await messages()
      assert.deepEqual([letter?.to, more.length], [null, 0])
      assert.match(letter?.params.token ?? '', /^[\w-]{43}$/)
      if (accountId === nobody) assert.equal(letter?.params.mailbox, 'nobody@nowhere.example')
      assert.equal((await find(payload.flowId))?.decided, true)
    }
    await update({ closed_at: null })
    assert.deepEqual(await findLink(trial.db, hashToken(token), at), {
      accountId: anna.id,
      epoch: firstEpoch,
    })
    assert.deepEqual(await trial.counters(), counted, 'nothing is sent, so nothing is counted')
  })

  it('a link that was asked for in an earlier epoch is not sent', async () => {
    const anna = await owner()
    await send({ ...(await asked(anna.id, anna.canonical)), epoch: 0 })
    assert.deepEqual(
      (await messages()).map(({ to }) => to),
      [null],
    )
    assert.deepEqual(await trial.counters(), {})
  })

  it('the sixth link within ten minutes is written to nobody', async () => {
    const anna = await owner()
    const sent: (string | null | undefined)[] = []
    for (let i = 0; i < 6; i++) {
      await trial.db('messages').delete()
      await send(await asked(anna.id, anna.canonical))
      sent.push((await messages())[0]?.to)
    }
    assert.deepEqual(sent, [...Array(5).fill(anna.address), null])
  })

  it('strangers cannot use up the messages of a browser that signed in before', async () => {
    const anna = await owner()
    for (let i = 0; i < 6; i++) await send(await asked(anna.id, anna.canonical))
    assert.equal((await messages()).filter(({ to }) => to === null).length, 1)
    await trial.db('messages').delete()
    const budgetKey = 'of a browser that is known'
    await send({ ...(await asked(anna.id, anna.canonical)), budgetKey })
    assert.equal((await messages())[0]?.to, anna.address)
  })

  it('a link is mailed after all if a worker died between counting and sending', async () => {
    const anna = await owner()
    const payload = await asked(anna.id, anna.canonical)
    let looks = 0
    const dying = {
      now: () => {
        if (looks++ > 0) throw new Error('killed')
        return at
      },
    }
    await assert.rejects(send(payload, { clock: dying }), /killed/)
    assert.deepEqual([await messages(), await trial.counters()], [[], {}])
    await send(payload)
    assert.deepEqual(
      (await messages()).map(({ to }) => to),
      [anna.address],
    )
  })

  it('the worker mails nothing for a request that is gone or older', async () => {
    const anna = await owner()
    const payload = await asked(anna.id, anna.canonical)
    await send({ ...payload, flowId: randomUUID() })
    await send({ ...payload, sends: 2 })
    await ask(payload.flowId, anna.canonical)
    await send(payload)
    assert.deepEqual([await messages(), (await find(payload.flowId))?.decided], [[], false])
    await send({ ...payload, sends: 2 })
    assert.equal((await messages()).length, 1)
  })
})
