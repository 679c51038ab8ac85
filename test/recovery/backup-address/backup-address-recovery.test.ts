// Recovery by backup address below the pages: asking for a link, what the page shows, settling.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { putLink } from '#server/recovery/backup-address/link-store.ts'
import { backupAddressMethod } from '#server/recovery/backup-address/method.ts'
import { findBackupAddress } from '#server/recovery/backup-address/store.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import type { MethodFlow, RecoveryMethod } from '#server/recovery/flow/recovery-method.ts'
import { startAddressTrial } from '#test/support/recovery/address-trial.ts'
import { jobsOf, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { at, digest, keyring, minutes } from '#test/support/recovery/contact-trial.ts'

const task = 'backup-address:send-recovery-link'
const settings = { limitResetMailsPerDay: 7, linkMinutes: 60, mailDomains: ['postern.example'] }
const trial = await startAddressTrial()
const method: RecoveryMethod = backupAddressMethod(trial.partsOf({ settings }))
after(() => trial.stop())
beforeEach(() => trial.db('messages').delete())

const challenge = (flow: MethodFlow, input: string | null) =>
  trial.within((trx) => method.challenge(trx, flow, input))
const jobsFor = async (flow: MethodFlow) =>
  (await jobsOf(trial.db, task))
    .filter(({ payload }) => payload.flowId === flow.id)
    .map(({ payload }) => payload)

const owner = async (address: string, canonical = address) =>
  (await trial.owner('be', canonical, address)).id

test('recovery by backup address has two pages, is a strong proof, and has one task', () => {
  assert.deepEqual([method.id, method.strength], ['backup-address', 'strong'])
  assert.deepEqual(method.pages, {
    rank: 1,
    challenge: { page: 'recover-backup-address', path: 'backup-address', field: 'address' },
    proof: { page: 'recover-backup-address-sent', path: 'backup-address/sent', field: null },
  })
  assert.deepEqual(Object.keys(method.tasks), [task])
})

test('a visitor sees in full the address typed into this flow', async () => {
  for (const accountId of [nobody, await owner('hanna@elsewhere.example')]) {
    const flow = await trial.newFlow(accountId)
    assert.equal(await method.showProof(trial.db, flow), null)
    assert.deepEqual(await challenge(flow, ' Hanna+x@elsewhere.example '), { kind: 'asked' })
    assert.deepEqual(await method.showProof(trial.db, flow), {
      address: 'Hanna+x@elsewhere.example',
      minutes: 60,
      left: 6,
      againAt: null,
    })
    const other = await trial.newFlow(accountId)
    assert.equal(await method.showProof(trial.db, other), null)
  }
})

test('a request does not look up whose contact was typed', async () => {
  for (const accountId of [nobody, await owner('alesia@elsewhere.example')]) {
    const flow = await trial.newFlow(accountId)
    assert.deepEqual(await challenge(flow, 'alesia@elsewhere.example'), { kind: 'asked' })
    assert.deepEqual(await challenge(flow, null), { kind: 'asked' })
    const { id: flowId, epoch, limitKey: budgetKey } = flow
    assert.deepEqual(await jobsFor(flow), [
      { flowId, accountId, epoch, budgetKey, sends: 1 },
      { flowId, accountId, epoch, budgetKey, sends: 2 },
    ])
  }
})

test('the page shows how many links are left, for each address and asker', async () => {
  const flow = await trial.newFlow(nobody)
  const shown = async () =>
    (await method.showProof(trial.db, flow)) as { left: number; againAt: Date | null }
  for (let asked = 1; asked <= 4; asked++) {
    await challenge(flow, 'often@elsewhere.example')
    assert.deepEqual([(await shown()).left, (await shown()).againAt], [7 - asked, null])
  }
  const key = digest(
    'limits.recovery-mail',
    JSON.stringify([flow.askerKey, 'often@elsewhere.example']),
  )
  const counters = await trial.counters()
  const names = ['recovery-mail-burst', 'recovery-mail-day'].map((name) => `${name}:${key}`)
  assert.deepEqual(
    names.map((name) => counters[name]),
    [4, 4],
    'counters are named by keyed digests',
  )
  await challenge(flow, null)
  const fifth = await shown()
  assert.equal(fifth.left, 2)
  const wait = ((fifth.againAt?.getTime() ?? 0) - at.getTime()) / 60_000
  assert.ok(wait > 9 && wait <= 10, `${wait} minutes`)
  for (let more = 0; more < 3; more++)
    assert.deepEqual(await challenge(flow, null), { kind: 'asked' })
  const last = await shown()
  assert.equal(last.left, 0)
  assert.ok((last.againAt?.getTime() ?? 0) - at.getTime() > 23 * 3_600_000)

  await challenge(flow, 'another@elsewhere.example')
  assert.equal((await shown()).left, 6)
  const stranger = { ...(await trial.newFlow(nobody)), askerKey: 'of another name or network' }
  await challenge(stranger, 'often@elsewhere.example')
  assert.equal((await method.showProof(trial.db, stranger))?.left, 6)
})

test('what cannot be a backup address is refused with the reason, and asks nothing', async () => {
  const flow = await trial.newFlow(nobody)
  for (const [input, reason] of [
    [null, 'missing'],
    ['', 'missing'],
    ['nobody', 'shape'],
    ['me@postern.example', 'own-domain'],
  ] as const)
    assert.deepEqual(await challenge(flow, input), { kind: 'refused', reason })
  assert.deepEqual(await jobsFor(flow), [])
  assert.equal(await method.showProof(trial.db, flow), null)
})

test('any spelling of the address gets a link that opens the account', async () => {
  const accountId = await owner('B.Oris@gmail.com', 'boris@gmail.com')
  const flow = await trial.newFlow(accountId)
  await challenge(flow, 'BORIS+y@googlemail.com')
  const [payload] = await jobsFor(flow)
  await method.tasks[task]?.(payload ?? {}, { attempt: 1, maxAttempts: 1 })
  const [letter] = await writtenMessages(trial.db, keyring)
  assert.deepEqual(
    [letter?.to, letter?.params.device, letter?.params.place],
    ['B.Oris@gmail.com', 'Firefox, Linux', 'Minsk, BY'],
  )
  const hash = hashToken(letter?.params.token ?? '')
  const opened = await trial.within(async (trx) => await method.openLink?.(trx, hash, at))
  assert.deepEqual(opened, { accountId, epoch: firstEpoch })
})

test('a message without an account has the language of the page', async () => {
  const flow = await trial.newFlow(nobody)
  await challenge(flow, 'stranger@elsewhere.example')
  const [payload] = await jobsFor(flow)
  await method.tasks[task]?.(payload ?? {}, { attempt: 1, maxAttempts: 1 })
  const [letter] = await writtenMessages(trial.db, keyring)
  assert.deepEqual([letter?.to, letter?.locale], [null, 'de'])
})

test('nothing that is typed proves a backup address', async () => {
  const flow = await trial.newFlow(nobody)
  const outcome = await trial.within((trx) => method.prove(trx, flow, 'anything'))
  assert.deepEqual(outcome, { kind: 'refused', reason: 'wrong' })
})

test('a reset spends its own link once, and notes the proof', async () => {
  const [anna, boris] = [await owner('anna@settle.example'), await owner('boris@settle.example')]
  const flow = await trial.newFlow(anna)
  const hash = hashToken(newToken())
  await trial.within((trx) =>
    putLink(trx, {
      accountId: anna,
      epoch: firstEpoch,
      tokenHash: hash,
      at,
      expiresAt: minutes(60),
    }),
  )
  const settle = (proof: Buffer | null, more: Partial<MethodFlow> = {}) =>
    trial.within((trx) => method.settle(trx, { ...flow, ...more }, proof))
  assert.equal(await settle(null), false)
  assert.equal(await settle(hashToken(newToken())), false)
  assert.equal(await settle(hash, { accountId: boris }), false)
  assert.equal(await settle(hash, { accountId: nobody }), false)
  const provenAt = async (id: string) => (await findBackupAddress(trial.db, keyring, id))?.provenAt
  assert.deepEqual(await provenAt(anna), minutes(-60))
  assert.equal(await settle(hash, { at: minutes(4) }), 'strong')
  assert.equal(await settle(hash, { at: minutes(4) }), false)
  assert.deepEqual([await provenAt(anna), await provenAt(boris)], [minutes(4), minutes(-60)])
})
