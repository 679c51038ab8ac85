import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { keyedAnswer } from '#server/core/passwords/secret-answer.ts'
import { questionIds } from '#server/recovery/security-question/questions.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { hanna, piotr, register } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

const form = '/account/recovery/security-question'
const answer = 'Гарбарня на Нямізе'
const mailbox = 'hanna.k@postern.example'

test('a person sets, changes and removes a question, and gets a notice each time', async () => {
  const visitor = await register(portal, hanna)
  const page = await visitor.get(form)
  for (const id of questionIds) assert.ok(page.html.includes(`value="${id}"`), id)
  const set = await visitor.post(form, { question: 'first-job', answer })
  assert.deepEqual([set.status, set.location], [303, '/account/recovery'], set.errors.join())
  const methods = await visitor.get('/account/recovery')
  assert.match(methods.html, /The security question is set/)
  assert.match(methods.html, /Where did you earn your first money/)
  assert.match(methods.html, /others may know the answer\. Add a phone/)
  assert.match(
    (await visitor.get('/account')).html,
    /The only recovery method is the security question/,
  )

  const row = await portal.db('security_questions').first()
  const { hasher } = portal.parts
  const keyOf = (typed: string) => keyedAnswer(portal.keyring, typed) ?? ''
  assert.match(row.answer_verifier, /^\$argon2id\$/)
  assert.equal(
    await hasher.verify(row.answer_verifier, keyOf('гарбарнянанямізе'.replaceAll('ў', 'у'))),
    true,
  )
  assert.equal(
    await hasher.verify(row.answer_verifier, 'гарбарнянанямізе'),
    false,
    'without the key no answer can be tried',
  )
  const stolen = createKeyring(['another-key-0123456789abcdefghijklmno'])
  assert.equal(
    await hasher.verify(row.answer_verifier, keyedAnswer(stolen, 'гарбарнянанямізе') ?? ''),
    false,
  )

  assert.equal(
    (await visitor.post(form, { question: 'first-teacher', answer: 'Кавалеўская' })).status,
    303,
  )
  const removed = await visitor.post(`${form}/remove`, {}, { from: '/account/recovery' })
  assert.equal(removed.location, '/account/recovery')
  const subjects = (await awaitSent(portal, mailbox, 3)).map((each) => each.subject)
  // Several workers send at once: which of two letters of one moment is first is not promised.
  assert.deepEqual(subjects.sort(), [
    'A security question was set for your mailbox',
    'The security question of your mailbox was replaced',
    'The security question was removed from your mailbox',
  ])
})

test('no form, request or statement brings a removed question back', async () => {
  const visitor = portal.visitor()
  await visitor.post('/sign-in', { login: hanna.login, password: hanna.password })
  const page = await visitor.get(form)
  assert.equal(page.page, 'security-question')
  assert.match(page.html, /that is for good/)
  assert.doesNotMatch(page.html, /name="answer"/)
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      visitor.post(form, { question: 'first-job', answer }, { from: '/account' }),
    ),
  )
  for (const each of answers)
    assert.deepEqual([each.status, each.errors], [422, ['security-question.removed']])
  const methods = await visitor.get('/account/recovery')
  assert.match(methods.html, /Removed for good/)
  assert.doesNotMatch(
    methods.html,
    /security-question\/remove|href="\/account\/recovery\/security-question"/,
  )
  assert.doesNotMatch((await visitor.get('/account/welcome')).html, /security-question/)
  await assert.rejects(
    portal.db('security_questions').update({ removed_at: null }),
    /stays removed|tombstone/,
  )
})

test('answers that anybody would guess are refused with the reason, and not shown', async () => {
  const visitor = await register(portal, piotr)
  for (const [question, typed, errors] of [
    ['', '', ['question.missing', 'answer.missing']],
    ['made-up', 'Кавалеўская', ['question.unknown']],
    ['first-job', 'abc', ['answer.too-short']],
    ['first-job', '12345', ['answer.too-easy']],
    ['first-job', 'Piotr', ['answer.is-login']],
    ['first-job', 'first money', ['answer.in-question']],
  ] as const) {
    const refused = await visitor.post(form, { question, answer: typed })
    assert.deepEqual([refused.status, refused.errors], [422, errors])
    if (typed.length > 4) assert.ok(!refused.html.includes(`value="${typed}"`))
  }
  const kept = await visitor.post(form, { question: 'first-job', answer: 'abc' })
  assert.match(kept.html, /value="first-job" selected/)
})

test('with SECURITY_QUESTION=off a question counts as no way back', async () => {
  const visitor = portal.visitor()
  await visitor.post('/sign-in', { login: piotr.login, password: piotr.password })
  assert.equal((await visitor.post(form, { question: 'first-job', answer })).status, 303)
  const closed = await startTestPortal({
    env: { SECURITY_QUESTION: 'off' },
    database: portal.database,
  })
  try {
    const guest = closed.visitor()
    await guest.post('/sign-in', { login: piotr.login, password: piotr.password })
    assert.match((await guest.get(form)).html, /not offered any more/)
    const refused = await guest.post(form, { question: 'first-job', answer }, { from: '/account' })
    assert.deepEqual([refused.status, refused.errors], [422, ['security-question.closed']])
    assert.match((await guest.get('/account')).html, /you cannot recover access to this mailbox/)
  } finally {
    await closed.stop()
  }
})
