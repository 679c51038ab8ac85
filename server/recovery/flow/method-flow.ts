import { nobody } from './begin-recovery.ts'
import type { MethodFlow } from './recovery-method.ts'
import type { Flow } from './store.ts'

// Security: A method sees a decoy as an account that nobody has. Decoys get the same work this way.
export const methodFlowOf = (flow: Flow, at: Date): MethodFlow => ({
  id: flow.id,
  accountId: flow.live && flow.accountId ? flow.accountId : nobody,
  epoch: flow.live ? (flow.epoch ?? 0) : 0,
  shownAccountId: flow.accountId ?? nobody,
  nameKey: flow.nameKey,
  limitKey: flow.limitKey,
  askerKey: flow.askerKey,
  locale: flow.locale,
  client: flow.client,
  begunAt: flow.begunAt,
  at,
})
