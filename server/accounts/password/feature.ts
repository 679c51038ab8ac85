import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing, withholds } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { daysBefore } from '#server/core/clock.ts'
import { passwordRows } from './settings.ts'
import { deleteOldVerifiers } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('replaced_passwords', ['replaced_at'])

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
  tables: ['replaced_passwords'],
  life: () => ({
    recover: nothing('a recovery refuses the replaced passwords too'),
    signOut: nothing('a replaced password stays refused'),
    block: nothing('a replaced password stays refused'),
    close: rows.delete,
    export: withholds(
      'replaced_passwords',
      'Check values of earlier passwords. A person who has them can guess the passwords.',
    ),
    rekey: noKeys,
  }),
  gauges: () => import('./gauges.ts'),
} satisfies AccountFeature<AccountsParts>
