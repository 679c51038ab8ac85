import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyError } from '#server/core/faults.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { keysOf } from '#server/recovery/flow/begin-recovery.ts'
import { proveFlow } from '#server/recovery/flow/prove-flow.ts'
import { findFlow } from '#server/recovery/flow/store.ts'
import { decoyQuestion } from '#server/recovery/security-question/decoy-question.ts'
import { begin, equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

test('an answer that a busy portal could not judge does not count as a try', async () => {
  const person = await equip(portal)
  const visitor = await begin(portal, person.login)
  const flow = await findFlow(
    portal.db,
    hashToken(visitor.cookies.get('recovery') ?? ''),
    portal.clock.now(),
  )
  const method = portal.parts.recoveryMethods.find((each) => each.id === 'security-question')
  assert.ok(flow && method)
  const verify = async () => {
    throw new BusyError('the line is full')
  }
  const hasher = { ...portal.parts.hasher, verify }
  for (let round = 0; round < 4; round++)
    await assert.rejects(
      proveFlow({ ...portal.parts, hasher }, method, flow, 'none of theirs'),
      BusyError,
    )
  const row = await portal.db('security_questions').where({ account_id: person.accountId }).first()
  assert.equal(row.tries, 0)
  // Used up is used up: a busy portal refills nothing.
  const used = portal.db('security_questions').where({ account_id: person.accountId })
  await used.clone().update({ tries: portal.settings.limitAnswersLifetime })
  await assert.rejects(
    proveFlow({ ...portal.parts, hasher }, method, flow, 'none of theirs'),
    BusyError,
  )
  assert.equal((await used.clone().first()).tries, portal.settings.limitAnswersLifetime)
  await used.clone().update({ tries: 0 })
  const right = await visitor.post('/recover/security-question', { answer: person.answer })
  assert.equal(right.location, '/recover/new-password')
})

test('the decoy question of a name stays the same when a key is added', async () => {
  const [first, second] = [
    'a first key of these tests, 0123456789',
    'a second key of these tests, 9876543210',
  ]
  const questionUnder = (keys: string[], name: string) => {
    const keyring = createKeyring(keys)
    return decoyQuestion(keyring, keysOf(keyring, name).nameKey)
  }
  for (let nth = 0; nth < 50; nth++) {
    const name = `nobody${nth}@postern.example`
    assert.equal(questionUnder([second, first], name), questionUnder([first], name))
  }
})
