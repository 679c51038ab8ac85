// The rows of a file as words of a page, by area. Its texts name every table and column.

import { type DescribedEntry, describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { asEntry, type EntryRow } from '#server/accounts/activity/store.ts'
import type { ExportBody } from './make-export.ts'

/** Where the page shows which table. */
export const areas = {
  mailbox: ['accounts', 'claims', 'mailboxes'],
  recovery: [
    'phones',
    'backup_addresses',
    'security_questions',
    'printed_codes',
    'contact_confirmations',
    'contact_questions',
    'contact_statements',
    'recovery_flows',
    'recovery_holds',
    'recovery_links',
    'undos',
    'dead_links',
  ],
  devices: ['sessions', 'known_devices'],
  programs: [
    'app_passwords',
    'client_sign_ins',
    'client_password_marks',
    'held_filters',
    'settled_filters',
    'unheld_filters',
    'sending_days',
    'sending_recipients',
    'sending_alerts',
  ],
  desk: [
    'measures',
    'appeals',
    'desk_words',
    'staff_roles',
    'staff_factors',
    'staff_recovery_codes',
  ],
  others: ['messages', 'exports'],
} as const

type Row = Readonly<Record<string, unknown>>

/** A value, as the page is to say it. */
export interface Said {
  readonly key?: string
  readonly at?: Date
  readonly place?: string
  readonly bytes?: number
  readonly text?: string
}

/** Titles and names are keys of texts. */
interface NamedValue {
  readonly name: string
  readonly said: readonly Said[]
}

/** A page of all entries of many years would keep the portal busy for seconds. */
const mostShown = 500

interface ShownTable {
  readonly title: string
  /** How many rows are in the JSON alone. */
  readonly left: number
  readonly rows: readonly (readonly NamedValue[])[]
}

export interface ShownExport {
  readonly areas: readonly {
    readonly title: string
    readonly tables: readonly ShownTable[]
  }[]
  readonly events: readonly DescribedEntry[]
  readonly eventsLeft: number
  readonly empty: readonly string[]
  readonly withheld: readonly NamedValue[]
}

type HasText = (key: string) => boolean

const isMoment = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** Columns that share their words. */
const columnOf = (column: string) => (column.endsWith('service') ? 'services' : column)

function say(hasText: HasText, column: string, value: unknown): Said {
  const text = String(value)
  if (isMoment.test(text) && !Number.isNaN(Date.parse(text))) return { at: new Date(text) }
  if (column.endsWith('place')) return { place: text }
  if (column.endsWith('bytes')) return { bytes: Number(text) }
  const keys = [
    `export.words.${columnOf(column)}.${text}`,
    `undo.changes.${text}`,
    `security-question.questions.${text}`,
  ]
  const key = keys.find(hasText)
  return key ? { key } : { text }
}

/** Without “not you?”: a file has no ids, by which entries are found. */
const sayEntry = (row: Row): DescribedEntry => {
  const entry = { ...row, id: '', happened_at: new Date(String(row.happened_at)) }
  return { ...describeEntry(asEntry(entry as unknown as EntryRow)), notMe: undefined }
}

const nameValue = (hasText: HasText, [column, value]: [string, unknown]): NamedValue[] => {
  const said = ([value ?? []].flat() as unknown[])
    .filter((each) => each !== '')
    .map((each) => say(hasText, column, each))
  const name = `export.columns.${column}`
  return said.length > 0 ? [{ name, said }] : []
}

const leftOf = (rows: readonly object[]) => Math.max(0, rows.length - mostShown)

/** @param hasText whether there is a text of this key */
export function describeExport({ tables }: ExportBody, hasText: HasText): ShownExport {
  const empty: string[] = []
  const withheld: NamedValue[] = []
  const shown = new Map<string, ShownTable>()
  const all = Object.entries(tables)
  for (const [table, rows] of all) {
    const title = `export.tables.${table}`
    if ('withheld' in rows) {
      const key = `export.withheld.${table}`
      withheld.push({ name: title, said: [{ key }] })
    } else if (rows.length === 0) empty.push(title)
    else if (table !== 'activity')
      shown.set(table, {
        title,
        left: leftOf(rows),
        rows: rows
          .slice(0, mostShown)
          .map((row) => Object.entries(row).flatMap((pair) => nameValue(hasText, pair))),
      })
  }
  const known: readonly string[] = Object.values(areas).flat()
  const tablesOf = (area: string, names: readonly string[]) =>
    [...shown]
      .filter(([table]) => names.includes(table) || (area === 'others' && !known.includes(table)))
      .map(([, table]) => table)
  const found = Object.entries(areas).map(([area, names]) => ({
    title: `export.areas.${area}`,
    tables: tablesOf(area, names),
  }))
  const activity = (tables.activity ?? []) as Row[]
  return {
    areas: found.filter((area) => area.tables.length > 0),
    events: activity.slice(-mostShown).toReversed().map(sayEntry),
    eventsLeft: leftOf(activity),
    empty,
    withheld,
  }
}
