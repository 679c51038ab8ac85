// One person changes a mailbox through the real forms. The ledger notes who must get which notice.
import assert from 'node:assert/strict'
import type { Arrived, Ledger } from './notice-ledger.ts'
import type { Person } from './people.ts'
import { register, signIn } from './people.ts'
import { eventually, type TestPortal } from './portal.ts'
import type { Visitor } from './visitor.ts'

export interface LifeParts {
  readonly portal: TestPortal
  readonly ledger: Ledger
  readonly arrived: () => readonly Arrived[]
  /** How long a message may take while workers are killed. */
  readonly patienceSeconds: number
}

const methods = '/account/recovery'
const done = [303, methods]

export async function liveThrough(parts: LifeParts, login: string, e164: string): Promise<void> {
  const { portal, ledger, patienceSeconds } = parts
  const person: Person = { login, password: 'бусел ляціць над вёскай' }
  const mailbox = `${login}@postern.example`
  const [first, second] = [`${login}@first.example`, `${login}@second.example`]
  let password = person.password
  let visitor = await register(portal, person)

  const newest = async (to: string, pattern: RegExp) => {
    const find = () =>
      [...parts.arrived()].reverse().find((each) => each.to === to && pattern.test(each.text))
    return pattern.exec((await eventually(async () => find(), patienceSeconds)).text)?.[1] ?? ''
  }
  /** The pages of changes ask for the password again every ten minutes. */
  const change = async (path: string, fields: Record<string, string> = {}, from = path) => {
    await visitor.post('/account/confirm-password', { password })
    return await visitor.post(path, fields, { from })
  }
  const link = async (
    method: 'backup-address' | 'phone',
    fields: Record<string, string>,
    to: string,
  ) => {
    const [form, confirm] = [`${methods}/${method}`, `${methods}/${method}/confirm`]
    assert.equal((await change(form, fields)).location, confirm)
    const code = await newest(to, /(?<!\d)(\d{6})(?!\d)/)
    const linked = await visitor.post(confirm, { code })
    assert.deepEqual([linked.status, linked.location], done, linked.errors.join())
  }
  const setQuestion = async (question: string) => {
    const set = await change(`${methods}/security-question`, {
      question,
      answer: `Каліноўская-Гай ${question}`,
    })
    assert.deepEqual([set.status, set.location], done, set.errors.join())
  }
  const remove = async (method: string) => {
    const removed = await change(`${methods}/${method}/remove`, {}, methods)
    assert.deepEqual([removed.status, removed.location], done, removed.errors.join())
  }
  const choosePassword = async (owner: Visitor, next: string) => {
    const set = await owner.post('/recover/new-password', { password: next })
    assert.equal(set.location, '/recover/done', set.errors.join())
    password = next
  }

  await link('backup-address', { address: first }, first)
  ledger.tell('A backup address was linked to your mailbox', [mailbox, first])
  await link('phone', { phone: e164 }, e164)
  ledger.tell('A phone was linked to your mailbox', [mailbox, first, e164])
  await setQuestion('first-teacher')
  ledger.tell('A security question was set for your mailbox', [mailbox, first, e164])
  assert.equal(
    (await change('/account/password', { password: 'a new and longer sentence' })).location,
    '/account',
  )
  password = 'a new and longer sentence'
  ledger.tell('Your mailbox password was changed', [mailbox, first, e164])
  await link('backup-address', { address: second }, second)
  ledger.tell('The backup address of your mailbox was replaced', [mailbox, second, e164, first])
  await setQuestion('grandmother-birthplace')
  ledger.tell('The security question of your mailbox was replaced', [mailbox, second, e164])

  const locked = portal.visitor()
  await locked.post('/recover', { login })
  assert.equal((await locked.post('/recover/backup-address', { address: second })).status, 303)
  await locked.get(await newest(second, /(\/recover\/link\/[\w-]+)/))
  await choosePassword(locked, 'a sentence after being locked out')
  // The replaced address still counts, so its void link is replaced by a new one.
  ledger.tell('Your mailbox has a new password', [mailbox, second, e164, first])
  visitor = await signIn(portal, { login, password })
  ledger.tell('Sign-in to your mailbox from a new device', [mailbox, second, e164])

  await remove('security-question')
  ledger.tell('The security question was removed from your mailbox', [mailbox, second, e164])
  await remove('phone')
  ledger.tell('The phone was removed from your mailbox', [mailbox, second, e164])
  // Only the link of the first address takes changes back, the later phone included.
  const undo = await newest(first, /A new password was set[\s\S]*?(\/undo\/[\w-]+)/)
  const owner = portal.visitor()
  assert.equal((await owner.post(undo, {}, { from: undo })).location, '/recover/new-password')
  ledger.tell('The backup address of your mailbox was replaced', [mailbox, first, second])
  ledger.tell('“This was not me” was used for your mailbox', [mailbox, first])
  await choosePassword(owner, 'the last sentence of this life')
  ledger.tell('Your mailbox has a new password', [mailbox, first])
}
