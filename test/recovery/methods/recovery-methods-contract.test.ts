// Holds every method to one contract. `method-trial.ts` in its tests says how to try it.
import { createRequire } from 'node:module'
import { methodIds } from '#server/core/method-ids.ts'
import { recoveryMethodContract, type Trial } from '#test/contracts/recovery-method.ts'
import { usePortal } from '#test/support/use-portal.ts'

const load = createRequire(import.meta.url)
const portal = usePortal({ worker: false })

for (const id of methodIds) {
  const { trial }: { trial: Trial } = load(`../${id}/method-trial.ts`)
  recoveryMethodContract(id, () => portal, trial)
}
