import { type Check, examineChain } from '#server/kit/commands/check.ts'
import type { DeskPageParts } from '../parts.ts'
import { verifyAudit } from './store.ts'

export const checks: readonly Check<DeskPageParts>[] = [
  {
    name: 'audit chain',
    run: ({ db, keyring }) =>
      examineChain(verifyAudit(db, keyring), ({ position, fault }) => `at ${position} (${fault})`),
  },
]
