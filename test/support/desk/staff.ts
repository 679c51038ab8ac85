// Members of staff: people with a role and an authenticator.
import assert from 'node:assert/strict'
import { generateSync } from 'otplib'
import { grantRole, type StaffRole } from '#server/desk/staff/store.ts'
import { underLock } from '../account-lock.ts'
import { accountIdOf, type Person, register, signIn } from '../people.ts'
import type { TestPortal } from '../portal.ts'
import type { Visitor } from '../visitor.ts'

export interface StaffMember extends Person {
  readonly id: string
  /** Has passed the staff door, for 15 minutes. */
  readonly visitor: Visitor
  readonly secret: string
  readonly recoveryCodes: readonly string[]
}

export const authenticatorCode = (portal: TestPortal, secret: string, ahead = 0): string =>
  generateSync({ secret, epoch: Math.floor(portal.clock.now().getTime() / 1000) + ahead })

export async function giveRole(
  portal: TestPortal,
  login: string,
  role: StaffRole,
): Promise<string> {
  const id = await accountIdOf(portal, login)
  await underLock(portal.db, id, (trx) => grantRole(trx, id, role, portal.clock.now()))
  return id
}

export const readSecret = (html: string): string =>
  (/<code class="mono"[^>]*>([A-Z2-7 ]+)<\/code>/.exec(html)?.[1] ?? '').replaceAll(' ', '')

export const readCodes = (html: string): string[] =>
  [...html.matchAll(/<li><code class="mono"[^>]*>([a-z0-9-]+)<\/code>/g)].map(
    (match) => match[1] ?? '',
  )

/** Registers a person with roles, an authenticator and recovery codes. */
export async function enrolStaff(
  portal: TestPortal,
  login: string,
  ...roles: StaffRole[]
): Promise<StaffMember> {
  const person = { login, password: 'forty storks over the marsh' }
  const visitor = await register(portal, person)
  let id = ''
  for (const role of roles) id = await giveRole(portal, login, role)
  const secret = readSecret((await visitor.get('/staff/door/enrol')).html)
  const answer = await visitor.post('/staff/door/enrol', {
    code: authenticatorCode(portal, secret),
  })
  assert.deepEqual(
    [answer.status, answer.location],
    [303, '/staff/door/codes'],
    answer.errors.join(),
  )
  const recoveryCodes = readCodes((await visitor.get('/staff/door/codes')).html)
  await visitor.post('/staff/door/codes')
  return { ...person, id, visitor, secret, recoveryCodes }
}

/** Signs in and passes the staff door with the code of the next time step. */
export async function enterStaff(portal: TestPortal, member: StaffMember): Promise<Visitor> {
  portal.clock.advance(31_000)
  const visitor = await signIn(portal, member)
  const answer = await visitor.post('/staff/door', {
    code: authenticatorCode(portal, member.secret),
  })
  assert.equal(answer.status, 303, answer.errors.join())
  return visitor
}
