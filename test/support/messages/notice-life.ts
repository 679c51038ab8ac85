// One person changes a mailbox through the real forms. The ledger notes who must get which notice.
import assert from 'node:assert/strict'
import type { Person } from '../people.ts'
import { register, signIn } from '../people.ts'
import { eventually, type TestPortal } from '../portal.ts'
import type { Answer, Visitor } from '../visitor.ts'
import type { Arrived, Ledger } from './notice-ledger.ts'

export interface LifeParts {
  readonly portal: TestPortal
  readonly ledger: Ledger
  readonly arrived: () => readonly Arrived[]
  /** How long a message may take while workers are killed. */
  readonly patienceSeconds: number
}

const methods = '/account/recovery'
const done = [303, methods]

/** What the person can do, with the password of the moment. */
interface Hand {
  /** Signed in. */
  visitor: Visitor
  password: string
  newest(to: string, pattern: RegExp): Promise<string>
  change(path: string, fields?: Record<string, string>, from?: string): Promise<Answer>
  link(method: 'backup-address' | 'phone', contact: string): Promise<void>
  setQuestion(question: string): Promise<void>
  remove(method: string): Promise<void>
  choosePassword(owner: Visitor, next: string): Promise<void>
}

async function createHand(parts: LifeParts, person: Person): Promise<Hand> {
  const hand: Hand = {
    visitor: await register(parts.portal, person),
    password: person.password,
    async newest(to, pattern) {
      const find = () =>
        parts.arrived().findLast((each) => each.to === to && pattern.test(each.text))
      const { text } = await eventually(async () => find(), parts.patienceSeconds)
      return pattern.exec(text)?.[1] ?? ''
    },
    /** The pages of changes ask for the password again every ten minutes. */
    async change(path, fields = {}, from = path) {
      await hand.visitor.post('/account/confirm-password', { password: hand.password })
      return await hand.visitor.post(path, fields, { from })
    },
    async link(method, contact) {
      const form = `${methods}/${method}`
      const field = method === 'phone' ? 'phone' : 'address'
      const asked = await hand.change(form, { [field]: contact })
      assert.equal(asked.location, `${form}/confirm`)
      const code = await hand.newest(contact, /(?<!\d)(\d{6})(?!\d)/)
      const linked = await hand.visitor.post(`${form}/confirm`, { code })
      assert.deepEqual([linked.status, linked.location], done, linked.errors.join())
    },
    async setQuestion(question) {
      const fields = { question, answer: `Каліноўская-Гай ${question}` }
      const set = await hand.change(`${methods}/security-question`, fields)
      assert.deepEqual([set.status, set.location], done, set.errors.join())
    },
    async remove(method) {
      const removed = await hand.change(`${methods}/${method}/remove`, {}, methods)
      assert.deepEqual([removed.status, removed.location], done, removed.errors.join())
    },
    async choosePassword(owner, next) {
      const set = await owner.post('/recover/new-password', { password: next })
      assert.equal(set.location, '/recover/done', set.errors.join())
      hand.password = next
    },
  }
  return hand
}

interface Readers {
  readonly mailbox: string
  readonly first: string
  readonly second: string
  readonly phone: string
}

async function setUp({ ledger }: LifeParts, hand: Hand, readers: Readers): Promise<void> {
  const { mailbox, first, second, phone } = readers
  await hand.link('backup-address', first)
  ledger.expect('A backup address was linked to your mailbox', [mailbox, first])
  await hand.link('phone', phone)
  ledger.expect('A phone was linked to your mailbox', [mailbox, first, phone])
  await hand.setQuestion('first-teacher')
  ledger.expect('A security question was set for your mailbox', [mailbox, first, phone])
  const password = 'a new and longer sentence'
  assert.equal((await hand.change('/account/password', { password })).location, '/account')
  hand.password = password
  ledger.expect('Your mailbox password was changed', [mailbox, first, phone])
  await hand.link('backup-address', second)
  ledger.expect('The backup address of your mailbox was replaced', [mailbox, second, phone, first])
  await hand.setQuestion('grandmother-birthplace')
  ledger.expect('The security question of your mailbox was replaced', [mailbox, second, phone])
}

async function recover(
  { portal, ledger }: LifeParts,
  hand: Hand,
  login: string,
  { mailbox, first, second, phone }: Readers,
): Promise<void> {
  const locked = portal.visitor()
  await locked.post('/recover', { login })
  assert.equal((await locked.post('/recover/backup-address', { address: second })).status, 303)
  await locked.get(await hand.newest(second, /(\/recover\/link\/[\w-]+)/))
  await hand.choosePassword(locked, 'a sentence after being locked out')
  // The replaced address still counts, so its void link is replaced by a new one.
  ledger.expect('Your mailbox has a new password', [mailbox, second, phone, first])
  hand.visitor = await signIn(portal, { login, password: hand.password })
  ledger.expect('Sign-in to your mailbox from a new device', [mailbox, second, phone])
}

async function removeAndUndo(
  { portal, ledger }: LifeParts,
  hand: Hand,
  { mailbox, first, second, phone }: Readers,
): Promise<void> {
  await hand.remove('security-question')
  ledger.expect('The security question was removed from your mailbox', [mailbox, second, phone])
  await hand.remove('phone')
  ledger.expect('The phone was removed from your mailbox', [mailbox, second, phone])
  // Only the link of the first address takes changes back, the later phone included.
  const undo = await hand.newest(first, /A new password was set[\s\S]*?(\/undo\/[\w-]+)/)
  const owner = portal.visitor()
  assert.equal((await owner.post(undo, {}, { from: undo })).location, '/recover/new-password')
  ledger.expect('The backup address of your mailbox was replaced', [mailbox, first, second])
  ledger.expect('“This was not me” was used for your mailbox', [mailbox, first])
  await hand.choosePassword(owner, 'the last sentence of this life')
  ledger.expect('Your mailbox has a new password', [mailbox, first])
}

export async function liveThrough(parts: LifeParts, login: string, e164: string): Promise<void> {
  const hand = await createHand(parts, { login, password: 'бусел ляціць над вёскай' })
  const readers: Readers = {
    mailbox: `${login}@postern.example`,
    first: `${login}@first.example`,
    second: `${login}@second.example`,
    phone: e164,
  }
  await setUp(parts, hand, readers)
  await recover(parts, hand, login, readers)
  await removeAndUndo(parts, hand, readers)
}
