// Senior analysts keep the templates. The audit records each change.
import type { Trx } from '#db/connection.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from '../desk.ts'
import {
  insertTemplate,
  retireTemplate,
  updateTemplate,
  type WrittenTemplate,
} from './template-store.ts'

interface By {
  readonly staffId: string
  /** Digest of the sent form: a second click counts as done. */
  readonly form: Buffer
}

async function once(
  parts: DeskParts,
  { staffId, form }: By,
  /** Returns the id, or undefined if the name is taken. */
  save: (trx: Trx, at: Date) => Promise<string | undefined>,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if ((await takeForm(trx, form, at)).kind === 'again') return true
    const subject = await save(trx, at)
    if (subject === undefined) return false
    const action = 'template.changed'
    await recordAudit(trx, parts.keyring, { staffId, action, subject, details: {}, at })
    return true
  })
}

/** False if another template for these readers has the name. */
export const keepTemplate = (parts: DeskParts, written: WrittenTemplate, by: By) =>
  once(parts, by, (trx, at) => insertTemplate(trx, written, { staffId: by.staffId, at }))

/** False if another one has the name. */
export const changeTemplate = (parts: DeskParts, id: string, written: WrittenTemplate, by: By) =>
  once(parts, by, async (trx, at) => {
    const isChanged = await updateTemplate(trx, id, written, { staffId: by.staffId, at })
    return isChanged ? id : undefined
  })

export async function dropTemplate(parts: DeskParts, id: string, staffId: string): Promise<void> {
  if (!/^\d{1,18}$/.test(id)) return
  const at = parts.clock.now()
  await parts.db.transaction(async (trx) => {
    if (!(await retireTemplate(trx, id, { staffId, at }))) return
    const entry = { staffId, action: 'template.retired', subject: id, details: {}, at } as const
    await recordAudit(trx, parts.keyring, entry)
  })
}
