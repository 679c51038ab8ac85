// The security question below the pages: set, removed, asked by a recovery, and counted.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { createHasher } from '#server/accounts/password/hasher.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { keyedAnswer } from '#server/core/passwords/secret-answer.ts'
import { loadMessages } from '#server/load-messages.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import type {
  MethodFlow,
  ProofOutcome,
  RecoveryMethod,
} from '#server/recovery/flow/recovery-method.ts'
import { joinMethods } from '#server/recovery/methods/methods.ts'
import { decoyQuestion } from '#server/recovery/security-question/decoy-question.ts'
import { securityQuestionMethod } from '#server/recovery/security-question/method.ts'
import { ownedSecurityQuestion } from '#server/recovery/security-question/owned-security-question.ts'
import { isQuestionId, questionIds } from '#server/recovery/security-question/questions.ts'
import {
  judgeQuestion,
  removeQuestion,
  setQuestion,
} from '#server/recovery/security-question/set-question.ts'
import {
  countAnswer,
  findSecurityQuestion,
  markQuestionProven,
  markSecurityQuestionDoubtful,
  putSecurityQuestion,
  removeSecurityQuestion,
  uncountAnswer,
} from '#server/recovery/security-question/store.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import {
  at,
  client,
  clock,
  keyring,
  minutes,
  onlyNew,
  rotated,
  rotatedTwice,
  startContactTrial,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newAccount } = trial
after(() => trial.stop())

const hasher = createHasher({ memoryKib: 64, passes: 1 })
const wantedOf = (accountId: string) => ({
  accountId,
  question: 'first-job',
  answerVerifier: 'phc',
  answerKeyId: keyring.newestKeyId,
  at,
})
const put = (accountId: string, more: object = {}) =>
  within((trx) => putSecurityQuestion(trx, { ...wantedOf(accountId), ...more }))
const find = (accountId: string) => findSecurityQuestion(db, accountId)
const triesOf = async (accountId: string) => {
  const found = await find(accountId)
  return found?.state === 'set' ? found.tries : undefined
}

const settings = {
  limitAnswersPerDay: 3,
  limitAnswersLifetime: 5,
  securityQuestion: 'direct',
} as const
const methodOf = (more: object = {}, ring: Keyring = keyring) =>
  securityQuestionMethod({ db, keyring: ring, settings: { ...settings, ...more } })
const flowOf = (accountId: string, more: Partial<MethodFlow> = {}): MethodFlow => ({
  id: randomUUID(),
  accountId,
  epoch: firstEpoch,
  shownAccountId: accountId,
  nameKey: randomUUID(),
  limitKey: randomUUID(),
  askerKey: randomUUID(),
  locale: 'en',
  client,
  begunAt: at,
  at,
  ...more,
})
const prove = (flow: MethodFlow, input: string, method = methodOf()) =>
  within((trx) => method.prove(trx, flow, input))
const verifyOf = (outcome: ProofOutcome) => {
  assert.ok(outcome.kind === 'verify', outcome.kind)
  return outcome
}

test('a name without a question always gets the same decoy from the list', () => {
  const names = Array.from({ length: 200 }, (_, nth) => `name-${nth}`)
  const asked = names.map((name) => decoyQuestion(keyring, name))
  assert.deepEqual(new Set(asked), new Set(questionIds))
  for (const ring of [keyring, rotated, rotatedTwice])
    assert.deepEqual(
      names.map((name) => decoyQuestion(ring, name)),
      asked,
    )
  assert.notDeepEqual(
    names.map((name) => decoyQuestion(onlyNew, name)),
    asked,
  )
  // As every earlier release showed it: a question that changes tells that nobody set it.
  assert.deepEqual(asked.slice(0, 6), [
    'grandmother-birthplace',
    'childhood-friend',
    'first-job',
    'childhood-street',
    'first-journey',
    'grandmother-birthplace',
  ])
})

test('only an id of the list is a question', () => {
  for (const id of questionIds) assert.equal(isQuestionId(id), true)
  for (const id of ['', 'made-up', 'first-job ', 'toString']) assert.equal(isQuestionId(id), false)
  assert.equal(new Set(questionIds).size, 10)
})

test('a question is kept until it is replaced, and then its tries start from zero', async () => {
  const anna = await newAccount()
  assert.equal(await find(anna), undefined)
  assert.equal(await put(anna), 'added')
  const set = {
    state: 'set',
    question: 'first-job',
    answerVerifier: 'phc',
    answerKeyId: keyring.newestKeyId,
    tries: 0,
    setAt: at,
    provenAt: null,
  }
  assert.deepEqual(await find(anna), set)
  await countAnswer(db, anna, 5)
  await countAnswer(db, anna, 5)
  await within((trx) => markQuestionProven(trx, anna, minutes(3)))
  assert.deepEqual(await find(anna), { ...set, tries: 1, provenAt: minutes(3) })
  const more = {
    question: 'first-teacher',
    answerVerifier: 'other',
    answerKeyId: 'k2',
    at: minutes(5),
  }
  assert.equal(await put(anna, more), 'changed')
  const { at: setAt, ...rest } = more
  assert.deepEqual(await find(anna), { ...set, ...rest, setAt })
})

test('answers are counted up to the limit, and given back one by one', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  await put(anna)
  await put(boris)
  await countAnswer(db, boris, 5)
  const count = (allowed: number) => countAnswer(db, anna, allowed)
  assert.deepEqual(await count(2), {
    answerVerifier: 'phc',
    answerKeyId: keyring.newestKeyId,
    tries: 1,
  })
  assert.equal((await count(2))?.tries, 2)
  assert.equal(await count(2), undefined)
  assert.equal(await triesOf(boris), 1)
  for (const left of [1, 0, 0]) {
    await within((trx) => uncountAnswer(trx, anna))
    assert.equal(await triesOf(anna), left)
  }
  await within((trx) => markQuestionProven(trx, anna, at))
  assert.equal(await triesOf(anna), 0)
  const other = await find(boris)
  assert.ok(other?.state === 'set' && other.provenAt === null)
  await within((trx) => markSecurityQuestionDoubtful(trx, anna, new Date()))
  assert.equal(await count(10_000), undefined, 'in doubt: no answer opens anything')
  assert.equal(await triesOf(boris), 1)
  assert.equal(await put(anna), 'changed')
  assert.equal(await triesOf(anna), 0, 'until its owner sets another one')
})

test('a removed question is not counted, proven, doubted or removed again', async () => {
  const anna = await newAccount()
  assert.equal(await within((trx) => removeSecurityQuestion(trx, anna, at)), false)
  await put(anna)
  assert.equal(await within((trx) => removeSecurityQuestion(trx, anna, minutes(1))), true)
  await within((trx) => uncountAnswer(trx, anna))
  await within((trx) => markSecurityQuestionDoubtful(trx, anna, new Date()))
  await within((trx) => markQuestionProven(trx, anna, at))
  assert.equal(await countAnswer(db, anna, 10), undefined)
  assert.equal(await within((trx) => removeSecurityQuestion(trx, anna, minutes(2))), false)
  assert.deepEqual(await find(anna), { state: 'removed', removedAt: minutes(1) })
})

test('an owner sees whether the question is set, gone for ever or closed', async () => {
  const own = { id: 'security-question', weak: true, href: '/account/recovery/security-question' }
  const method = ownedSecurityQuestion('direct')
  const off = ownedSecurityQuestion('off')
  const anna = await newAccount()
  const describe = (which = method) => which.describe(db, anna, at)
  assert.equal(method.id, 'security-question')
  const shown = { text: 'security-question.questions.first-job' }
  assert.deepEqual(await describe(), { ...own, state: 'none' })
  assert.deepEqual(await describe(off), { ...own, state: 'closed' })
  await put(anna)
  assert.deepEqual(await describe(), { ...own, state: 'set', detail: shown, since: at })
  assert.deepEqual(await describe(ownedSecurityQuestion('hold')), await describe())
  await within((trx) => markQuestionProven(trx, anna, minutes(1)))
  const proven = { ...own, state: 'set', detail: shown, since: at, provenAt: minutes(1) }
  assert.deepEqual(await describe(), proven)
  assert.deepEqual(await describe(off), { ...own, state: 'closed' })
  assert.equal(await method.findContact(db, anna), undefined)
  assert.equal(await within((trx) => method.distrust(trx, anna, at)), false)
  assert.deepEqual(await describe(), { ...proven, doubtful: true, shut: true })
  await within((trx) => method.remove(trx, anna, minutes(2)))
  for (const which of [method, off])
    assert.deepEqual(await describe(which), { ...own, state: 'removed', since: minutes(2) })
  const old = { kind: 'phone', value: 'x', canonical: 'x', confirmedAt: at, provenAt: at } as const
  assert.equal(await within((trx) => method.restore(trx, anna, old, at)), 'taken')
})

test('a recovery asks the question that is set, and a name without one its decoy', async () => {
  const anna = await newAccount()
  await put(anna)
  const flow = flowOf(anna)
  const method = methodOf()
  assert.deepEqual(await method.showProof(db, flow), {
    question: 'first-job',
    what: 'recover-question.what',
  })
  assert.deepEqual(await methodOf({ securityQuestion: 'hold' }).showProof(db, flow), {
    question: 'first-job',
    what: 'recover-question.whatHeld',
  })
  // A blocked mailbox shows its own question: a block does not show.
  assert.equal(
    (await method.showProof(db, flowOf(nobody, { shownAccountId: anna })))?.question,
    'first-job',
  )
  const decoys = ['one', 'two', 'three', 'four'].map((nameKey) => flowOf(nobody, { nameKey }))
  for (const decoy of decoys)
    assert.equal(
      (await method.showProof(db, decoy))?.question,
      decoyQuestion(keyring, decoy.nameKey),
    )
  await within((trx) => removeSecurityQuestion(trx, anna, at))
  assert.equal((await method.showProof(db, flow))?.question, decoyQuestion(keyring, flow.nameKey))
  assert.deepEqual([method.id, method.strength, method.tasks], ['security-question', 'weak', {}])
  assert.deepEqual(method.pages, {
    rank: 4,
    proof: { page: 'recover-question', path: 'security-question', field: 'answer' },
  })
  const asked = await within((trx) => method.challenge(trx, flow, 'x'))
  assert.deepEqual(asked, { kind: 'refused', reason: 'missing' }, 'there is nothing to send')
})

test('an answer is judged under the key of its time, and an empty one is no try', async () => {
  const anna = await newAccount()
  const keyed = keyedAnswer(keyring, 'гарбарня')
  const answerVerifier = await hasher.hash(keyed ?? '')
  await put(anna, { answerVerifier })
  for (const ring of [keyring, rotated]) {
    const outcome = verifyOf(await prove(flowOf(anna), ' Гарбарня! ', methodOf({}, ring)))
    assert.deepEqual([outcome.verifier, outcome.text], [answerVerifier, keyed])
  }
  assert.equal(await triesOf(anna), 2)
  for (const input of ['', '  ', '…!'])
    assert.deepEqual(await prove(flowOf(anna), input), { kind: 'refused', reason: 'missing' })
  assert.equal(await triesOf(anna), 2)
  // Its key is no longer listed: never right, and the same work.
  const lost = verifyOf(await prove(flowOf(anna), 'Гарбарня', methodOf({}, onlyNew)))
  assert.deepEqual([lost.verifier, lost.text], [null, 'гарбарня'])
})

test('a name gets three answers a day, and a known browser three of its own', async () => {
  const anna = await newAccount()
  await put(anna)
  for (const accountId of [anna, nobody]) {
    const flow = flowOf(accountId)
    for (let i = 0; i < 3; i++) {
      const outcome = verifyOf(await prove(flow, 'wrong one'))
      assert.equal(outcome.verifier, accountId === anna ? 'phc' : null)
    }
    const full = await prove(flow, 'wrong one')
    assert.ok(
      full.kind === 'wait' && full.retryAfterSeconds > 86_390 && full.retryAfterSeconds <= 86_400,
    )
    verifyOf(await prove({ ...flow, limitKey: randomUUID() }, 'wrong one'))
  }
  assert.equal(await triesOf(anna), 4, 'what the day refused does not count against its life')
  const keys: string[] = await db('rate_limits').pluck('key')
  assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('recovery-answers:')))
})

test('without a question or a try left, the same hash is done and is always wrong', async () => {
  const anna = await newAccount()
  await put(anna)
  for (let i = 0; i < 5; i++)
    assert.equal(verifyOf(await prove(flowOf(anna), 'wrong one')).verifier, 'phc')
  const used = verifyOf(await prove(flowOf(anna), 'Wrong one'))
  assert.deepEqual([used.verifier, used.text], [null, 'wrongone'])
  const without = verifyOf(await prove(flowOf(nobody), 'Wrong one'))
  assert.deepEqual([without.verifier, without.text], [null, 'wrongone'])
})

test('an answer that was not counted is not given back', async () => {
  const anna = await newAccount()
  await put(anna)
  for (let i = 0; i < 5; i++) await prove(flowOf(anna), 'wrong one')
  const used = verifyOf(await prove(flowOf(anna), 'wrong one'))
  await within(used.takeBack)
  assert.equal(await triesOf(anna), 5)
})

test('an answer that could not be judged is given back', async () => {
  const anna = await newAccount()
  await put(anna)
  const flow = flowOf(anna)
  for (let i = 0; i < 8; i++) {
    const outcome = verifyOf(await prove(flow, 'wrong one'))
    assert.equal(await triesOf(anna), 1)
    await within(outcome.takeBack)
    assert.equal(await triesOf(anna), 0)
  }
  const decoy = flowOf(nobody)
  for (let i = 0; i < 8; i++) await within(verifyOf(await prove(decoy, 'wrong one')).takeBack)
})

test('a question set, replaced or removed since the flow began proves nothing', async () => {
  const anna = await newAccount()
  const method = methodOf()
  const settle = (more: Partial<MethodFlow>) =>
    within((trx) => method.settle(trx, flowOf(anna, more), null))
  assert.equal(await settle({}), false)
  await put(anna)
  await countAnswer(db, anna, 5)
  assert.equal(await settle({ begunAt: minutes(-1) }), false)
  assert.equal(await triesOf(anna), 1)
  assert.equal(await settle({ begunAt: at, at: minutes(2) }), 'weak')
  const found = await find(anna)
  assert.ok(found?.state === 'set')
  assert.deepEqual(
    [found.provenAt, found.tries],
    [minutes(2), 0],
    'the right answer was no wrong one',
  )
  await within((trx) => removeSecurityQuestion(trx, anna, at))
  assert.equal(await settle({ begunAt: minutes(5) }), false)
})

test('all faults of the form of a question are told at once', () => {
  const judge = (question: string, answer: string) =>
    judgeQuestion(
      { question, answer },
      'hanna.k@postern.example',
      (id) => `Text of ${id}: the first money`,
    )
  const reasons = (question: string, answer: string) => {
    const judged = judge(question, answer)
    return judged.kind === 'ok'
      ? 'ok'
      : judged.refusals.map(({ field, reason }) => `${field}.${reason}`)
  }
  assert.deepEqual(reasons('', ''), ['question.missing', 'answer.missing'])
  assert.deepEqual(reasons('made-up', 'Кавалеўская'), ['question.unknown'])
  assert.deepEqual(reasons('first-job', 'abc'), ['answer.too-short'])
  assert.deepEqual(reasons('first-job', 'Hanna-K'), ['answer.is-login'])
  assert.deepEqual(reasons('first-job', 'first money'), ['answer.in-question'])
  // The words of a question that is not in the list are nobody's.
  assert.deepEqual(reasons('made-up', 'first money'), ['question.unknown'])
  assert.deepEqual(judge('first-job', 'Гарбарня на Нямізе'), {
    kind: 'ok',
    question: 'first-job',
    answer: 'гарбарнянанямізе',
  })
})

test('a question is set, replaced and removed for ever, each with notices', async () => {
  const anna = await newAccount()
  const parts = {
    db,
    clock,
    keyring,
    loadMessages,
    hasher,
    settings: { undoDays: 7, smsLinks: true, defaultLocale: 'en' as const },
    methods: joinMethods([ownedSecurityQuestion('direct') as RecoveryMethod]),
  }
  const asking = { accountId: anna, epoch: firstEpoch, client }
  const wanted = (question: string) => ({ kind: 'ok', question, answer: 'гарбарня' }) as const
  const news = async () => {
    const events = await db('activity').where({ account_id: anna }).orderBy('id').pluck('event')
    const messages = (await writtenMessages(db, keyring)).filter(({ to }) =>
      to?.startsWith(`a${anna.slice(0, 8)}`),
    )
    assert.deepEqual(
      new Set(messages.map(({ params }) => params.method)),
      new Set(['security-question']),
    )
    return [events, messages.map(({ name }) => name)]
  }
  assert.deepEqual(await removeQuestion(parts, asking), { kind: 'none' })
  assert.equal((await db('activity').where({ account_id: anna })).length, 0)
  assert.deepEqual(await setQuestion(parts, asking, wanted('first-job')), { kind: 'set' })
  const found = await find(anna)
  assert.ok(found?.state === 'set')
  assert.deepEqual(
    [found.question, found.answerKeyId, found.setAt],
    ['first-job', keyring.newestKeyId, at],
  )
  assert.equal(
    await hasher.verify(found.answerVerifier, keyedAnswer(keyring, 'гарбарня') ?? ''),
    true,
  )
  assert.deepEqual(await setQuestion(parts, asking, wanted('first-teacher')), { kind: 'set' })
  assert.deepEqual(await removeQuestion(parts, asking), { kind: 'removed' })
  const names = ['added', 'changed', 'removed']
  const all = [
    names.map((each) => `security-question.${each}`),
    names.map((each) => `recovery-method-${each}`),
  ]
  assert.deepEqual(await news(), all)
  assert.deepEqual(await removeQuestion(parts, asking), { kind: 'none' })
  assert.deepEqual(await setQuestion(parts, asking, wanted('first-job')), { kind: 'removed' })
  assert.deepEqual(await news(), all)
  await within((trx) => startProbation(trx, anna, minutes(5)))
  assert.deepEqual(await setQuestion(parts, asking, wanted('first-job')), {
    kind: 'probation',
    until: minutes(5),
  })
  assert.deepEqual(await removeQuestion(parts, asking), { kind: 'probation', until: minutes(5) })
})
