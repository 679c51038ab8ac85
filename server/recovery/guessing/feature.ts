import type { AccountFeature } from '#server/accounts/feature.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { guessingTasks } from './record-guessing.ts'

export const guessingFeature = {
  name: 'recovery/guessing',
  tasks: guessingTasks,
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
