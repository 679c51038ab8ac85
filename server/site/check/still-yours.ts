// Whether an owner is asked if a contact is still theirs.
import type { Db, Trx } from '#db/connection.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import type { CheckSettings } from './settings.ts'
import { listStatements, type Statement } from './store.ts'

const msPerMonth = (365.25 * msPerDay) / 12

/** @returns undefined if nobody is asked */
export const askedBefore = ({ checkMonths }: CheckSettings, at: Date): Date | undefined =>
  checkMonths > 0 ? new Date(at.getTime() - checkMonths * msPerMonth) : undefined

/** When the contact was last proven, or said to be still theirs. */
function sureAt(contact: LinkedContact, statements: readonly Statement[]): Date {
  const said = statements.find(
    ({ kind, contactSince }) =>
      kind === contact.kind && contactSince.getTime() === contact.confirmedAt.getTime(),
  )
  return said && said.statedAt > contact.provenAt ? said.statedAt : contact.provenAt
}

export interface OpenQuestion {
  readonly contact: LinkedContact
  readonly months: number
}

/** A contact in doubt is no question: its owner has to link it again. */
export async function listOpenQuestions(
  db: Db | Trx,
  accountId: string,
  contacts: readonly LinkedContact[],
  { settings, at }: { readonly settings: CheckSettings; readonly at: Date },
): Promise<OpenQuestion[]> {
  const before = askedBefore(settings, at)
  const sure = contacts.filter(({ doubtful }) => !doubtful)
  if (!before || sure.length === 0) return []
  const statements = await listStatements(db, accountId)
  return sure.flatMap((contact) => {
    const since = sureAt(contact, statements)
    const months = Math.floor((at.getTime() - since.getTime()) / msPerMonth)
    return since < before ? [{ contact, months }] : []
  })
}
