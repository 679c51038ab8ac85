// Finds the text key of each detail of an audit entry. A detail holds a code or a count.

export interface DescribedDetail {
  readonly key: string
  readonly params: Readonly<Record<string, string | number>>
}

const keyOf: Readonly<Record<string, (value: string | number) => string>> = {
  measure: (value) => `abuse.measures.${value}`,
  cause: (value) => `abuse.causes.${value}`,
  cases: () => 'staff-bulk.cases',
  count: () => 'staff-audit.entries',
  decision: (value) => `desk.decisions.${value}`,
  field: (value) => `staff-search.fields.${value}`,
  role: (value) => `staff.roles.${value}`,
  outcome: (value) => `abuse.outcomes.${value}`,
  tab: (value) => `staff-queue.tab.${value}`,
  what: (value) => `staff-audit.whats.${value}`,
}

const order = Object.keys(keyOf)

/** In the order of `keyOf`. @throws if a detail has no text key there */
export function describeDetails(
  details: Readonly<Record<string, string | number>>,
): DescribedDetail[] {
  return Object.entries(details)
    .toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .map(([name, value]) => {
      const key = keyOf[name]
      if (!key) throw new Error(`no text key for the detail ${name}`)
      const params: DescribedDetail['params'] = typeof value === 'number' ? { count: value } : {}
      return { key: key(value), params }
    })
}
