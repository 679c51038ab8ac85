import { type Check, countRows } from '#server/kit/commands/check.ts'
import type { AccountsParts } from '../parts.ts'

export const checks: readonly Check<AccountsParts>[] = [
  {
    name: 'values under an old key',
    run: async ({ db, keyring }) => {
      const n = await countRows(db, `claims where key_id <> '${keyring.newestKeyId}'`)
      return { ok: true, detail: n === 0 ? 'none' : `${n} claims; run: portal rekey` }
    },
  },
]
