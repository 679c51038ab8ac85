// Contacts that were proven long ago, and the letters that ask about them.
import assert from 'node:assert/strict'
import { askOwner } from '#server/site/check/ask-owners.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import type { TestPortal } from '#test/support/portal.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'

export const day = 86_400_000
const tables = ['backup_addresses', 'phones'] as const

/** Somebody whose phone and backup address were linked and proven 430 days ago. */
export async function longAgo(portal: TestPortal): Promise<Equipped> {
  const person = await equip(portal)
  const at = agesAgo(portal)
  for (const table of tables)
    await portal
      .db(table)
      .where({ account_id: person.accountId })
      .update({ confirmed_at: at, proven_at: at })
  return person
}

const agesAgo = (portal: TestPortal) => new Date(portal.clock.now().getTime() - 430 * day)

/** Leaves alone since when they are linked, by which contacts are ranked. */
export async function proveLongAgo(portal: TestPortal, accountId: string): Promise<void> {
  for (const table of tables)
    await portal
      .db(table)
      .where({ account_id: accountId })
      .update({ proven_at: agesAgo(portal) })
}

export const ask = (portal: TestPortal, { accountId }: Equipped) =>
  askOwner(portal.parts, accountId, 'backup-address')

/** The newest link to the backup address, which is the `nth` that was sent there. */
export async function linkTo(portal: TestPortal, { address }: Equipped, nth = 1): Promise<string> {
  const { text } = await awaitText(portal, address, /\/check\//, nth)
  const link = /(\/check\/\S+)$/m.exec(text)?.[1]
  assert.ok(link)
  return link
}

export async function askedLink(portal: TestPortal, person: Equipped, nth = 1): Promise<string> {
  await ask(portal, person)
  return await linkTo(portal, person, nth)
}

export const provenAt = async (portal: TestPortal, { accountId }: Equipped): Promise<Date> =>
  (await portal.db('backup_addresses').where({ account_id: accountId }).first()).proven_at

export const confirmations = (portal: TestPortal, { accountId }: Equipped) =>
  portal.db('activity').where({ account_id: accountId, event: 'contact.confirmed' })
