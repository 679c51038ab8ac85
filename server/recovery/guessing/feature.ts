import type { AccountFeature } from '#server/accounts/feature.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { guessingTasks } from './record-guessing.ts'
import texts from './texts.json' with { type: 'json' }

export const guessingFeature = {
  name: 'recovery/guessing',
  texts,
  events: () => import('./events.ts'),
  tasks: guessingTasks,
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
