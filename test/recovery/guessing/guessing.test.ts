// The owner learns that somebody guesses: one entry for each series, and a mail an hour at most.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awaitText } from '#test/support/messages/outbox.ts'
import { eventually } from '#test/support/portal.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { askForCode, begin, type Equipped, equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ freshLimits: true, env: { LIMIT_SMS_WAIT_SECONDS: '0.01' } })

const free = 5
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

async function guess(login: string, times: number): Promise<number[]> {
  const visitor = portal.visitor()
  const _csrf = await visitor.token()
  const body = new URLSearchParams({ _csrf, login, password: 'not the password' }).toString()
  const answers = await Promise.all(
    Array.from({ length: times }, () => visitor.send('/sign-in', body, urlencoded)),
  )
  return answers.map(({ status }) => status)
}

const entriesOf = ({ accountId }: Equipped, event: string): Promise<unknown[]> =>
  portal.db('activity').where({ account_id: accountId, event })

const noticesTo = async (readers: readonly string[]) =>
  (await writtenMessages(portal.db, portal.keyring)).filter(
    ({ name, to }) => name === 'guessing-noticed' && readers.includes(to ?? ''),
  )

const readersOf = ({ mailbox, address, phone }: Equipped) => [mailbox, address, phone]

/** No job of the kind waits or runs. */
const untilNoted = () =>
  eventually(async () => {
    const { rows } = await portal.db.raw(
      `select count(*)::int as n from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = 'guessing:note'`,
    )
    return rows[0].n === 0
  })

test('guessing at sign-in writes one entry and one mail to each address, and no SMS', async () => {
  const person = await equip(portal)
  await guess(person.login, free)
  await untilNoted()
  assert.deepEqual(await entriesOf(person, 'sign-in.failures'), [], 'not before')
  await guess(person.login, 30)
  const letter = await awaitText(portal, person.mailbox, /Wrong passwords were typed/)
  assert.equal(letter.channel, 'mail')
  assert.match(letter.text, new RegExp(`the mailbox ${person.mailbox} again`))
  assert.match(
    (await awaitText(portal, person.address, /Wrong passwords were typed/)).text,
    /the mailbox pe…@/,
  )
  await guess(person.login, 10)
  await untilNoted()
  assert.equal((await entriesOf(person, 'sign-in.failures')).length, 1)
  const notices = await noticesTo(readersOf(person))
  assert.deepEqual(
    notices.map(({ channel, to }) => [channel, to]).sort(),
    [
      ['mail', person.address],
      ['mail', person.mailbox],
    ].sort(),
  )
  assert.match(
    (await person.browser.get('/account/activity')).html,
    /Several failed attempts to sign in/,
  )
})

test('the owner gets a notice of many tries at once, whichever of them is judged', async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await equip(portal)
    await guess(person.login, free + 10)
    await guess(person.login, 10)
    await untilNoted()
    assert.equal((await entriesOf(person, 'sign-in.failures')).length, 1, `${round}`)
  }
})

test('the owner gets a notice of guessing in a signed-in browser as well', async () => {
  const person = await equip(portal)
  for (let tries = 0; tries < free + 1; tries += 1)
    await person.browser.post('/account/confirm-password', {
      password: 'not the password',
      next: '/account',
    })
  await untilNoted()
  assert.equal((await entriesOf(person, 'sign-in.failures')).length, 1)
})

test('recoveries that fail again and again write one entry, over all flows', async () => {
  const person = await equip(portal)
  for (const nth of [1, 2, 3, 4]) {
    const visitor = await begin(portal, person.login)
    if (nth % 2 === 0) {
      await visitor.post('/recover/security-question', { answer: 'something else' })
    } else {
      await askForCode(visitor, { phone: person.phone })
      assert.deepEqual((await visitor.post('/recover/sms/code', { code: '00000000' })).errors, [
        'code.wrong',
      ])
    }
    await untilNoted()
    assert.equal((await entriesOf(person, 'recovery.failures')).length, nth < 3 ? 0 : 1, `${nth}`)
  }
  await awaitText(portal, person.address, /gave wrong codes or answers again and again/)
  assert.match(
    (await person.browser.get('/account/activity')).html,
    /Several wrong codes or answers/,
  )
})

test('guessing sends one mail an hour at most, and each kind still has its entry', async () => {
  const person = await equip(portal)
  await guess(person.login, free + 1)
  const visitor = await begin(portal, person.login)
  for (let tries = 0; tries < 3; tries += 1)
    await visitor.post('/recover/security-question', { answer: 'something else' })
  await untilNoted()
  for (const event of ['sign-in.failures', 'recovery.failures'])
    assert.equal((await entriesOf(person, event)).length, 1, event)
  assert.equal((await noticesTo(readersOf(person))).length, 2, 'mailbox and backup address, once')
  await portal.db('rate_limits').where('key', 'like', 'guessing-letters:%').update({ expire: 1 })
  await portal.db('rate_limits').where('key', 'like', 'sign-in%').delete()
  await guess(person.login, free + 1)
  await eventually(async () => (await noticesTo(readersOf(person))).length === 4)
})

test('two workers with the same guessing job record it once', async () => {
  const person = await equip(portal)
  const payload = {
    accountId: person.accountId,
    what: 'sign-in',
    device: '',
    place: '',
    guessing: 'one',
  }
  const job = () => portal.tasks['guessing:note']?.(payload, { attempt: 1, maxAttempts: 2 })
  await Promise.all([job(), job(), job()])
  assert.equal((await entriesOf(person, 'sign-in.failures')).length, 1)
  assert.equal((await noticesTo(readersOf(person))).length, 2)
})

test('a failed try costs the same whether or not anybody has the name', async () => {
  const person = await equip(portal)
  await portal.stopWorker()
  const left = async () => {
    const { rows } = await portal.db.raw(
      `select j.payload from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = 'guessing:note' order by j.id`,
    )
    return rows.map(({ payload }: { payload: { what: string } }) => payload.what)
  }
  for (const login of [person.login, 'nobody.at.all']) {
    const before = (await left()).length
    await guess(login, free + 1)
    const visitor = await begin(portal, login)
    for (let tries = 0; tries < 3; tries += 1)
      await visitor.post('/recover/security-question', { answer: 'something else' })
    assert.deepEqual((await left()).slice(before), ['sign-in', 'recovery'], login)
  }
  await portal.startWorker()
  await untilNoted()
})
