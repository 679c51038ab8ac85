import type { AccountFeature } from '#server/accounts/feature.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { daysBefore } from '#server/core/clock.ts'
import { passwordRows } from './settings.ts'
import { deleteOldVerifiers } from './store.ts'
import texts from './texts.json' with { type: 'json' }

export const passwordsFeature = {
  name: 'accounts/password',
  texts,
  settings: passwordRows,
  sweeps: ({ clock, settings: { undoDays } }) => [
    {
      name: 'replaced passwords',
      run: (on, limit) => deleteOldVerifiers(on, daysBefore(clock, undoDays), limit),
    },
  ],
  gauges: () => import('./gauges.ts'),
} satisfies AccountFeature<AccountsParts>
