import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { findPhone, putPhone, removePhone, restorePhone } from '#server/recovery/phone/store.ts'
import {
  countAnswer,
  findSecurityQuestion,
  markQuestionProven,
  putSecurityQuestion,
  removeSecurityQuestion,
} from '#server/recovery/security-question/store.ts'
import { at, keyring, minutes, startContactTrial } from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newAccount } = trial
after(() => trial.stop())

const later = minutes(24 * 60)
const link = (accountId: string, e164: string) =>
  within((trx) => putPhone(trx, keyring, { accountId, e164, confirmedAt: at, provenAt: at, at }))

test('a replaced or removed phone is free, and restored only while it is', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  assert.deepEqual(await link(anna, '+375291000001'), { kind: 'put', old: undefined })
  assert.deepEqual(await link(boris, '+375291000001'), { kind: 'taken' })
  const replaced = await link(anna, '+375291000002')
  assert.ok(replaced.kind === 'put' && replaced.old)
  assert.equal(replaced.old.value, '+375291000001')
  assert.equal((await link(boris, '+375291000001')).kind, 'put')
  const { old } = replaced
  assert.deepEqual(await within((trx) => restorePhone(trx, keyring, anna, old, later)), {
    kind: 'taken',
  })
  assert.equal((await findPhone(db, keyring, anna))?.value, '+375291000002')
  const removed = await within((trx) => removePhone(trx, keyring, boris))
  assert.equal(removed?.value, '+375291000001')
  assert.equal(await findPhone(db, keyring, boris), undefined)
  assert.equal((await within((trx) => restorePhone(trx, keyring, anna, old, later))).kind, 'put')
  const back = await findPhone(db, keyring, anna)
  assert.deepEqual([back?.value, back?.confirmedAt], ['+375291000001', at])
})

test('an account that removed its security question can never set one again', async () => {
  const accountId = await newAccount()
  const wanted = {
    accountId,
    question: 'first-teacher',
    answerVerifier: 'phc',
    answerKeyId: 'k',
    at,
  }
  assert.equal(await within((trx) => putSecurityQuestion(trx, wanted)), 'added')
  assert.equal(
    await within((trx) => putSecurityQuestion(trx, { ...wanted, question: 'first-job' })),
    'changed',
  )
  assert.equal(await within((trx) => removeSecurityQuestion(trx, accountId, later)), true)
  assert.equal(await within((trx) => removeSecurityQuestion(trx, accountId, later)), false)
  assert.equal(await within((trx) => putSecurityQuestion(trx, wanted)), 'removed')
  const isOwn = `account_id = '${accountId}'`
  const fill = `question = 'first-job', answer_verifier = 'phc', answer_key_id = 'k'`
  for (const statement of [
    `update security_questions set removed_at = null, ${fill} where ${isOwn}`,
    `update security_questions set account_id = '${await newAccount()}' where ${isOwn}`,
    `delete from security_questions where ${isOwn}`,
    `truncate security_questions`,
  ])
    await assert.rejects(db.raw(statement), /stays removed/, statement)
  await assert.rejects(
    db.raw(`insert into security_questions (account_id, set_at) values ('${accountId}', now())`),
    /security_questions_tombstone|security_questions_pkey/,
  )
  assert.deepEqual(await findSecurityQuestion(db, accountId), {
    state: 'removed',
    removedAt: later,
  })
  assert.equal(await countAnswer(db, accountId, 10), undefined)
})

test('an answer is counted before it is judged', async () => {
  const accountId = await newAccount()
  const wanted = {
    accountId,
    question: 'first-teacher',
    answerVerifier: 'phc',
    answerKeyId: 'k',
    at,
  }
  await within((trx) => putSecurityQuestion(trx, wanted))
  const counted = await Promise.all(
    Array.from({ length: 30 }, () => countAnswer(db, accountId, 10)),
  )
  assert.equal(counted.filter((each) => each !== undefined).length, 10)
  await within((trx) => markQuestionProven(trx, accountId, later))
  assert.equal((await countAnswer(db, accountId, 10))?.tries, 10)
  assert.equal(await within((trx) => putSecurityQuestion(trx, wanted)), 'changed')
  assert.equal((await countAnswer(db, accountId, 10))?.tries, 1)
})
