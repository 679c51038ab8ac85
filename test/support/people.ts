// People for tests, the same as in server/cli/seed-people.ts.
import assert from 'node:assert/strict'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { TestPortal } from './portal.ts'
import type { Visitor } from './visitor.ts'

export type Person = {
  readonly login: string
  readonly password: string
}

export const hanna: Person = { login: 'hanna.k', password: 'бусел ляціць над вёскай' }
export const piotr: Person = { login: 'piotr', password: 'zwei Störche im Nebel' }

/** Registers the person in a fresh browser, which stays signed in. */
export async function register(portal: TestPortal, person: Person): Promise<Visitor> {
  const visitor = portal.visitor()
  const answer = await visitor.post('/register', { login: person.login, password: person.password })
  assert.equal(answer.status, 303, answer.errors.join())
  return visitor
}

export async function accountIdOf(
  portal: TestPortal,
  login: string,
  domain = portal.settings.mailDomains[0],
): Promise<string> {
  const account = await findAccountByAddress(portal.db, `${login}@${domain}`)
  return account?.id ?? assert.fail(`no account ${login}`)
}

let count = 0

/** Registers somebody new. */
export async function arrive(
  portal: TestPortal,
): Promise<Person & { accountId: string; visitor: Visitor }> {
  const person = { login: `somebody${++count}n`, password: 'бусел ляціць над вёскай' }
  const visitor = await register(portal, person)
  return { ...person, accountId: await accountIdOf(portal, person.login), visitor }
}

export async function signIn(
  portal: TestPortal,
  person: Person,
  visitor = portal.visitor(),
): Promise<Visitor> {
  const answer = await visitor.post('/sign-in', { login: person.login, password: person.password })
  assert.equal(answer.status, 303, answer.errors.join())
  return visitor
}
