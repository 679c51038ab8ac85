// Owns the table of templates. A retired one is kept, and offered no more.
import type { Db, Trx } from '#db/connection.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import type { Audience } from './template-rules.ts'

export interface Template {
  readonly id: string
  readonly audience: Audience
  readonly name: string
  readonly texts: Readonly<Record<Locale, string>>
}

export type WrittenTemplate = Omit<Template, 'id'>

const asTemplate = (row: Record<string, unknown>): Template => ({
  id: String(row.id),
  audience: row.audience as Audience,
  name: row.name as string,
  texts: row.texts as Template['texts'],
})

export async function listTemplates(db: Db, audience?: Audience): Promise<Template[]> {
  const query = db('desk_templates').whereNull('retired_at').orderBy(['audience', 'name'])
  if (audience) query.where({ audience })
  return (await query).map(asTemplate)
}

export async function findTemplate(db: Db, id: unknown): Promise<Template | undefined> {
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id)) return undefined
  const row = await db('desk_templates').where({ id }).whereNull('retired_at').first()
  return row && asTemplate(row)
}

const columnsOf = (written: WrittenTemplate, by: { staffId: string; at: Date }) => ({
  audience: written.audience,
  name: written.name,
  texts: JSON.stringify(written.texts),
  changed_by: by.staffId,
  changed_at: by.at,
})

/** Undefined if another one for these readers has the name. */
export async function insertTemplate(
  trx: Trx,
  written: WrittenTemplate,
  by: { staffId: string; at: Date },
): Promise<string | undefined> {
  const [row] = await trx('desk_templates')
    .insert(columnsOf(written, by))
    .onConflict(trx.raw('(audience, name) where retired_at is null'))
    .ignore()
    .returning('id')
  return row && String(row.id)
}

/** False if another one has the name, or it is retired. Its readers stay the same. */
export async function updateTemplate(
  trx: Trx,
  id: string,
  written: WrittenTemplate,
  by: { staffId: string; at: Date },
): Promise<boolean> {
  const { audience, name } = written
  const taken = await trx('desk_templates')
    .where({ audience, name })
    .whereNull('retired_at')
    .whereNot({ id })
    .first('id')
  if (taken) return false
  const changed = await trx('desk_templates')
    .where({ id, audience })
    .whereNull('retired_at')
    .update(columnsOf(written, by))
  return changed === 1
}

export async function retireTemplate(
  trx: Trx,
  id: string,
  by: { staffId: string; at: Date },
): Promise<boolean> {
  const changed = await trx('desk_templates')
    .where({ id })
    .whereNull('retired_at')
    .update({ retired_at: by.at, changed_by: by.staffId, changed_at: by.at })
  return changed === 1
}
