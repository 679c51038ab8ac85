// Sheets of printed codes, made by hand or without pages.
import assert from 'node:assert/strict'
import { digestOfCode, newSheet } from '#server/recovery/recovery-codes/sheet.ts'
import { putSheet } from '#server/recovery/recovery-codes/store.ts'
import { underLock } from '#test/support/account-lock.ts'
import type { TestPortal } from '#test/support/portal.ts'
import { begin } from '#test/support/recovery/recovery.ts'
import type { Visitor } from '#test/support/visitor.ts'

export const page = '/account/recovery/recovery-codes'

/** A sheet that was made an hour ago. */
export async function giveSheet(portal: TestPortal, accountId: string): Promise<string[]> {
  const codes = newSheet()
  const at = new Date(portal.clock.now().getTime() - 3_600_000)
  await underLock(portal.db, accountId, (trx) =>
    putSheet(trx, accountId, codes.map(digestOfCode), at),
  )
  return codes
}

/** Lets the portal make a sheet, and reads its codes from the page. */
export async function makeSheet(visitor: Visitor): Promise<string[]> {
  const made = await visitor.post(page, { make: 'yes' })
  assert.deepEqual([made.status, made.location], [303, page])
  return codesOn((await visitor.get(page)).html)
}

export const codesOn = (html: string): string[] =>
  [...html.matchAll(/[0-9a-z]{4}(?:-[0-9a-z]{4}){5}/g)].map(([code]) => code)

/** A browser whose recovery has been proven by this code. */
export async function proveByCode(portal: TestPortal, login: string, code = ''): Promise<Visitor> {
  const visitor = await begin(portal, login)
  const proven = await visitor.post('/recover/recovery-codes', { code })
  assert.deepEqual([proven.status, proven.location], [303, '/recover/new-password'])
  return visitor
}
