// People with all recovery methods, and the steps of a recovery.
import assert from 'node:assert/strict'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { keyedAnswer, normalizeAnswer } from '#server/core/passwords/secret-answer.ts'
import { putBackupAddress } from '#server/recovery/backup-address/store.ts'
import { putPhone } from '#server/recovery/phone/store.ts'
import { putSecurityQuestion } from '#server/recovery/security-question/store.ts'
import { underLock } from '../account-lock.ts'
import { awaitCode, awaitText, sentTo } from '../messages/outbox.ts'
import { type Person, register } from '../people.ts'
import { eventually, type TestPortal } from '../portal.ts'
import type { Answer, Visitor } from '../visitor.ts'

export interface Equipped extends Person {
  readonly accountId: string
  readonly mailbox: string
  readonly phone: string
  readonly address: string
  readonly question: string
  readonly answer: string
  /** Signed in since the registration. */
  readonly browser: Visitor
}

let count = 0

/** Somebody new with a phone, a backup address and a security question, linked long enough ago. */
export async function equip(
  portal: TestPortal,
  login = `person${++count}x`,
  answer = 'Каліноўская-Гай',
): Promise<Equipped> {
  const person = { login, password: 'бусел ляціць над вёскай' }
  return furnish(portal, person, await register(portal, person), answer)
}

/** The same for somebody who has registered already. */
export async function furnish(
  portal: TestPortal,
  person: Person,
  browser: Visitor,
  answer = 'Каліноўская-Гай',
): Promise<Equipped> {
  const { login } = person
  const mailbox = `${login}@postern.example`
  const account = await findAccountByAddress(portal.db, mailbox)
  assert.ok(account)
  const number = String(1_000_000 + Math.floor(Math.random() * 8_999_999))
  const phone = `+37529${number}`
  const address = `${login}@elsewhere.example`
  const { keyring, hasher } = portal.parts
  const question = 'first-teacher'
  const answerKeyId = keyring.newestKeyId
  const answerVerifier = await hasher.hash(keyedAnswer(keyring, normalizeAnswer(answer)) ?? '')
  const at = new Date(portal.clock.now().getTime() - 3_600_000)
  const since = { accountId: account.id, confirmedAt: at, provenAt: at, at }
  await underLock(portal.db, account.id, async (trx) => {
    await putPhone(trx, keyring, { ...since, e164: phone })
    await putBackupAddress(trx, keyring, { ...since, address, canonical: address })
    await putSecurityQuestion(trx, {
      accountId: account.id,
      question,
      answerVerifier,
      answerKeyId,
      at,
    })
  })
  return { ...person, accountId: account.id, mailbox, phone, address, question, answer, browser }
}

/** A fresh browser that has typed the name. */
export async function begin(
  portal: TestPortal,
  login: string,
  visitor = portal.visitor(),
): Promise<Visitor> {
  const answer = await visitor.post('/recover', { login })
  assert.deepEqual([answer.status, answer.location], [303, '/recover/method'])
  return visitor
}

/** Asks for the link and returns the newest one, which is the `nth` mail of that kind. */
export async function linkOf(
  portal: TestPortal,
  visitor: Visitor,
  person: Equipped,
  nth = 1,
): Promise<string> {
  const asked = await visitor.post('/recover/backup-address', { address: person.address })
  assert.deepEqual(
    [asked.status, asked.location],
    [303, '/recover/backup-address/sent'],
    asked.errors.join(),
  )
  return awaitLink(portal, person.address, nth)
}

/** The newest link to `to`, which is the `nth` that was sent there. */
export const awaitLink = (portal: TestPortal, to: string, nth = 1): Promise<string> =>
  eventually(async () => {
    const links = (await sentTo(portal, to)).flatMap(
      ({ text }) => /^http\S+(\/recover\/link\/\S+)$/m.exec(text)?.[1] ?? [],
    )
    return links.length >= nth && links[0]
  })

/** Asks for a code, after the wait between two where there is one. */
export async function askForCode(
  visitor: Visitor,
  fields: Record<string, string>,
  from = '/recover/sms',
): Promise<void> {
  const asked = await eventually(async () => {
    const answer = await visitor.post('/recover/sms', fields, { from })
    return answer.status !== 429 && answer
  })
  assert.deepEqual([asked.status, asked.location], [303, '/recover/sms/code'], asked.errors.join())
}

/** Asks for the code and returns it: the `nth` message to the phone. */
export async function codeOf(
  portal: TestPortal,
  visitor: Visitor,
  person: Equipped,
  nth = 1,
): Promise<string> {
  await askForCode(visitor, { phone: person.phone })
  return await awaitCode(portal, person.phone, nth)
}

/** Arrives at the page of the new password, by the phone. */
export async function proveByPhone(
  portal: TestPortal,
  person: Equipped,
  nth = 1,
): Promise<Visitor> {
  const visitor = await begin(portal, person.login)
  const code = await codeOf(portal, visitor, person, nth)
  const proven = await visitor.post('/recover/sms/code', { code })
  assert.deepEqual(
    [proven.status, proven.location],
    [303, '/recover/new-password'],
    proven.errors.join(),
  )
  return visitor
}

export const setPassword = (visitor: Visitor, password: string): Promise<Answer> =>
  visitor.post('/recover/new-password', { password })

/** The undo link in the newest message with these words, which is the `nth` of them. */
export async function undoLinkOf(
  portal: TestPortal,
  to: string,
  words = /\/undo\//,
  nth = 1,
): Promise<string> {
  const { text } = await awaitText(portal, to, words, nth)
  const link = /http[^\s]+(\/undo\/[\w-]+)/.exec(text)?.[1]
  assert.ok(link, text)
  return link
}

/** Limits are counted in real hours: a test that lives through days forgets them. */
export const forgetLimits = (portal: TestPortal): Promise<number> =>
  portal.db('rate_limits').delete()

/** An answer without tokens, moments and cookie values: what strangers could compare. */
export function comparable(answer: Answer) {
  const headers = [...answer.headers].filter(
    ([name]) => !['date', 'set-cookie', 'content-length', 'retry-after'].includes(name),
  )
  const cookies = answer.headers
    .getSetCookie()
    .map((line) => line.replace(/=[^;]*/, '=…').replace(/Expires=[^;]*/, 'Expires=…'))
  const html = answer.html.replace(/(name="_csrf" value=")[^"]+/g, '$1…')
  return { status: answer.status, html, headers, cookies, length: html.length }
}
