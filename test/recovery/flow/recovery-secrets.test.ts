// The statements that spend a secret. Each must be right by itself, without the checks around it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { findLink, putLink, spendLink } from '#server/recovery/backup-address/link-store.ts'
import { finishFlow, noteProof } from '#server/recovery/flow/store.ts'
import {
  countCodeTry,
  decideCode,
  digestOfCode,
  putCodeRequest,
  spendCode,
} from '#server/recovery/phone/code-store.ts'
import { spendUndo } from '#server/recovery/undo/store.ts'
import { withoutLock } from '#test/support/account-lock.ts'
import { begin, type Equipped, equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

const inMinutes = (minutes: number) => new Date(portal.clock.now().getTime() + minutes * 60_000)

/** How many of twenty attempts at once succeeded. */
async function winnersOf(
  attempt: (trx: Parameters<typeof spendLink>[0]) => Promise<unknown>,
): Promise<number> {
  const won = await Promise.all(Array.from({ length: 20 }, () => withoutLock(portal.db, attempt)))
  return won.filter(Boolean).length
}

async function flowOf(person: Equipped): Promise<string> {
  const visitor = await begin(portal, person.login)
  const token_hash = hashToken(visitor.cookies.get('recovery') ?? '')
  return (await portal.db('recovery_flows').where({ token_hash }).first('id')).id
}

test('a recovery link is spent once, by its own account, before it expires', async () => {
  const [person, other] = [await equip(portal), await equip(portal)]
  const [tokenHash, at] = [hashToken(newToken()), portal.clock.now()]
  const link = { accountId: person.accountId, tokenHash, at }
  await withoutLock(portal.db, (trx) =>
    putLink(trx, { ...link, epoch: firstEpoch, expiresAt: inMinutes(60) }),
  )
  const spend = (about: typeof link) => withoutLock(portal.db, (trx) => spendLink(trx, about))
  assert.equal(await spend({ ...link, accountId: other.accountId }), false)
  assert.equal(await spend({ ...link, at: inMinutes(61) }), false)
  assert.equal(await winnersOf((trx) => spendLink(trx, link)), 1)
  assert.equal(await findLink(portal.db, tokenHash, at), undefined)
})

test('a recovery code is tried up to its limit and spent once, in its own flow only', async () => {
  const person = await equip(portal)
  const [flowId, elsewhere] = [await flowOf(person), await flowOf(person)]
  const at = portal.clock.now()
  const about = { e164: person.phone, locale: 'en', at, expiresAt: inMinutes(10) } as const
  for (const id of [flowId, elsewhere])
    await portal.db.transaction(async (trx) => {
      const sends = await putCodeRequest(trx, portal.keyring, { flowId: id, ...about })
      assert.equal(
        await decideCode(trx, portal.keyring, { flowId: id, sends, code: '12345678' }),
        true,
      )
      assert.equal(
        await decideCode(trx, portal.keyring, { flowId: id, sends, code: '87654321' }),
        false,
      )
    })
  const counts = await Promise.all(
    Array.from({ length: 20 }, () =>
      portal.db.transaction((trx) => countCodeTry(trx, { flowId, at, triesAllowed: 5 })),
    ),
  )
  const counted = counts.filter((each) => each !== undefined)
  assert.equal(counted.length, 5)
  const first = counted[0] ?? assert.fail()
  const digest = digestOfCode(portal.keyring, flowId, first, '12345678') ?? assert.fail()
  assert.deepEqual(digest, first.digest)
  assert.notDeepEqual(digestOfCode(portal.keyring, elsewhere, first, '12345678'), digest)
  assert.equal(await portal.db.transaction((trx) => spendCode(trx, elsewhere, digest, at)), false)
  assert.equal(
    await portal.db.transaction((trx) => spendCode(trx, flowId, digest, inMinutes(11))),
    false,
  )
  assert.equal(await winnersOf((trx) => spendCode(trx, flowId, digest, at)), 1)
})

test('a flow is proven once and ends once, before it expires', async () => {
  const id = await flowOf(await equip(portal))
  const at = portal.clock.now()
  const finish = (trx: Parameters<typeof finishFlow>[0], when = at) =>
    finishFlow(trx, id, 'set-password', when, null)
  assert.equal(await winnersOf((trx) => finish(trx)), 0)
  assert.equal(
    await portal.db.transaction((trx) => noteProof(trx, id, 'phone', inMinutes(121))),
    false,
  )
  assert.equal(await winnersOf((trx) => noteProof(trx, id, 'phone', at)), 1)
  assert.equal(await withoutLock(portal.db, (trx) => finish(trx, inMinutes(121))), false)
  assert.equal(await winnersOf((trx) => finish(trx)), 1)
})

test('an undo link is used once', async () => {
  const person = await equip(portal)
  const token_hash = hashToken(newToken())
  await portal.db('undos').insert({
    token_hash,
    change_id: person.accountId,
    account_id: person.accountId,
    change: 'password.changed',
    told: 'contact',
    key_id: portal.keyring.newestKeyId,
    made_at: portal.clock.now(),
    expires_at: inMinutes(60),
  })
  const spend = (trx: Parameters<typeof spendUndo>[0], at: Date) =>
    spendUndo(trx, portal.keyring, token_hash, at)
  assert.equal(await withoutLock(portal.db, (trx) => spend(trx, inMinutes(61))), undefined)
  assert.equal(await winnersOf((trx) => spend(trx, portal.clock.now())), 1)
})
