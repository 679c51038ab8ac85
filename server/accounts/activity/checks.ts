import { type Check, examineChain } from '#server/kit/commands/check.ts'
import type { AccountsParts } from '../parts.ts'
import { verifyActivity } from './store.ts'

export const checks: readonly Check<AccountsParts>[] = [
  {
    name: 'activity chain',
    run: ({ db, keyring }) =>
      examineChain(
        verifyActivity(db, keyring),
        ({ chain, position, fault }) => `${chain} at ${position} (${fault})`,
      ),
  },
]
