import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { AuditFilter } from './store.ts'

type Query = Readonly<Record<string, unknown>>

const names = ['staff', 'account', 'action', 'case', 'from', 'to']

const textOf = (value: unknown) => (typeof value === 'string' ? value.trim().slice(0, 320) : '')

function idOf(value: unknown): string | undefined {
  const text = textOf(value)
  return /^\d{1,18}$/.test(text) ? text : undefined
}

function dayOf(value: unknown): Date | undefined {
  const text = textOf(value)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) ? undefined : day
}

/** An address that nobody has gives an error: the page then lists nothing instead of everything. */
export async function readAuditQuery(
  { db, loadAuditActions }: Pick<DeskPageParts, 'db' | 'loadAuditActions'>,
  query: Query,
): Promise<{ filter: AuditFilter; errors: FormError[] }> {
  const errors: FormError[] = []
  const accountOf = async (value: unknown) => {
    const address = textOf(value).toLowerCase()
    if (address === '') return undefined
    const account = await findAccountByAddress(db, address)
    if (!account) errors.push({ field: 'address', reason: 'unknown' })
    return account?.id
  }
  const actions = await loadAuditActions()
  const to = dayOf(query.to)
  const filter: AuditFilter = {
    staffId: await accountOf(query.staff),
    accountId: await accountOf(query.account),
    action: actions.find((each) => each === query.action),
    caseId: idOf(query.case),
    from: dayOf(query.from),
    to: to && new Date(to.getTime() + msPerDay),
    before: idOf(query.before),
  }
  return { filter, errors }
}

export function writeAuditQuery(query: Query, before?: string): URLSearchParams {
  const params = new URLSearchParams()
  for (const name of names) {
    const text = textOf(query[name])
    if (text) params.set(name, text)
  }
  if (before !== undefined) params.set('before', before)
  return params
}
