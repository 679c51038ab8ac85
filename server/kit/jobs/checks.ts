import { type Check, countRows, none } from '../commands/check.ts'
import type { WebParts } from '../web/parts.ts'

export const checks: readonly Check<WebParts>[] = [
  {
    name: 'jobs that gave up',
    run: async ({ db }) => {
      const from = 'graphile_worker.jobs where attempts >= max_attempts and locked_at is null'
      return none(await countRows(db, from), 'jobs')
    },
  },
  {
    name: 'jobs that wait',
    run: async ({ db }) => {
      const from = `graphile_worker.jobs
        where run_at < now() - interval '5 minutes' and attempts = 0 and locked_at is null`
      return none(await countRows(db, from), 'longer than 5 minutes; is a worker running?')
    },
  },
]
