// Holds every method to one contract. `method-trial.ts` in its tests says how to try it.
import path from 'node:path'
import { methodIds } from '#server/core/method-ids.ts'
import { recoveryMethodContract, type Trial } from '#test/contracts/recovery-method.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

for (const id of methodIds) {
  const file = path.resolve(import.meta.dirname, '..', id, 'method-trial.ts')
  const { trial }: { trial: Trial } = await import(file)
  recoveryMethodContract(id, () => portal, trial)
}
