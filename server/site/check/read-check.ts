// Joins what the features bring to the security check, and finds the next step.
import { type CheckItem, type NextStep, steps } from '#server/kit/pages/owner/security-check.ts'
import type { SiteParts } from '../parts.ts'
import { listOpenQuestions, type OpenQuestion } from './still-yours.ts'

export const checkPath = '/account/check'

export interface ShownItem extends CheckItem {
  /** Months since its last proof, if its owner is asked about it. */
  readonly months?: number
}

export interface ReadCheck {
  readonly items: readonly ShownItem[]
  readonly next: NextStep | undefined
}

const stillYours = (kind: string): NextStep => ({
  step: 'still-yours',
  text: 'check.still.next',
  action: 'check.still.look',
  href: `${checkPath}#${kind}`,
})

function withQuestion(item: CheckItem, questions: readonly OpenQuestion[]): ShownItem {
  const asked = questions.find(({ contact }) => contact.kind === item.contact)
  if (!asked) return item
  const next = item.next ?? stillYours(asked.contact.kind)
  return { ...item, state: 'wait', months: asked.months, next }
}

const placeOf = ({ step }: NextStep): number => steps.indexOf(step)

export function joinCheck(
  brought: readonly CheckItem[],
  questions: readonly OpenQuestion[],
): ReadCheck {
  const items = brought
    .toSorted((one, other) => one.rank - other.rank)
    .map((item) => withQuestion(item, questions))
  const [next] = items
    .flatMap((item) => item.next ?? [])
    .toSorted((one, other) => placeOf(one) - placeOf(other))
  return { items, next }
}

/** Asks one feature after the other, so that a page holds one database connection. */
export async function readCheck(parts: SiteParts, accountId: string): Promise<ReadCheck> {
  const { db, clock, methods, settings, securityChecks } = parts
  const items: CheckItem[] = []
  for (const each of securityChecks()) items.push(...(await each.readItems(accountId)))
  const contacts = await methods.contactsOf(db, accountId)
  const asked = { settings, at: clock.now() }
  return joinCheck(items, await listOpenQuestions(db, accountId, contacts, asked))
}
