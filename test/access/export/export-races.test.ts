// An export and what ends it, some milliseconds apart.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { equip, proveByPhone } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ freshLimits: true })

const newPassword = 'zwei Störche im Nebel'
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
const filesOf = (accountId: string) => portal.db('exports').where({ account_id: accountId })

const noJobs = () =>
  eventually(async () => {
    const { rows } = await portal.db.raw(
      `select 1 from graphile_worker.jobs where task_identifier = 'export:make'`,
    )
    return rows.length === 0
  })

it('A reset, a block or a closing ends an export that was asked for before it.', async () => {
  for (const ahead of [0, 5, 10, 20]) {
    const person = await equip(portal)
    const asked = `_csrf=${await person.browser.token('/account/export')}`
    const owner = await proveByPhone(portal, person)
    const reset = new URLSearchParams({
      _csrf: await owner.token('/recover/new-password'),
      password: newPassword,
    })
    const [, done] = await Promise.all([
      person.browser.send('/account/export', asked, form),
      pause(ahead).then(() => owner.send('/recover/new-password', reset.toString(), form)),
    ])
    assert.equal(done.status, 303)
    await noJobs()
    assert.deepEqual(await filesOf(person.accountId), [], `${ahead} ms`)
  }
})

it('a closing leaves no file that opens', async () => {
  for (const ahead of [0, 10]) {
    const { visitor, accountId, ...person } = await arrive(portal)
    const asked = `_csrf=${await visitor.token('/account/export')}`
    const closing = `_csrf=${await visitor.token('/account/close')}&confirm=on`
    await Promise.all([
      visitor.send('/account/export', asked, form),
      pause(ahead).then(() => visitor.send('/account/close', closing, form)),
    ])
    await noJobs()
    const files = await filesOf(accountId)
    await visitor.post('/sign-in/keep', {}, { from: '/account/closed' })
    const back = await signIn(portal, person)
    const { html } = await back.get('/account/export')
    assert.doesNotMatch(html, /account\/export\/[0-9a-f]/)
    for (const { id } of files) assert.equal((await back.get(`/account/export/${id}`)).status, 404)
  }
})

it('two tabs that ask at once get one file', async () => {
  const { visitor, accountId } = await arrive(portal)
  const bodies = await Promise.all(
    [1, 2].map(async () => `_csrf=${await visitor.token('/account/export')}`),
  )
  const answers = await Promise.all(
    bodies.map((body) => visitor.send('/account/export', body, form)),
  )
  assert.deepEqual(
    answers.map(({ location }) => location),
    ['/account/export', '/account/export'],
  )
  await noJobs()
  assert.equal((await filesOf(accountId)).length, 1)
})
