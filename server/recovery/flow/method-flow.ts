import { nobody } from './begin-recovery.ts'
import type { MethodFlow } from './recovery-method.ts'
import type { Flow } from './store.ts'

/** The flow as a method sees it. Security: a decoy has an account that nobody has, so every method does all of its work for it. */
export const methodFlowOf = (flow: Flow, at: Date): MethodFlow => ({
  id: flow.id,
  accountId: flow.live && flow.accountId ? flow.accountId : nobody,
  epoch: flow.live ? (flow.epoch ?? 0) : 0,
  shownAccountId: flow.accountId ?? nobody,
  nameKey: flow.nameKey,
  budgetKey: flow.budgetKey,
  askerKey: flow.askerKey,
  locale: flow.locale,
  client: flow.client,
  begunAt: flow.begunAt,
  at,
})
