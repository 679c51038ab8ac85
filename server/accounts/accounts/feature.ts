import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { closeAccount } from './closing-store.ts'
import { accountRows as settings } from './settings.ts'
import { exportAccount } from './store.ts'
import texts from './texts.json' with { type: 'json' }

export const accountsFeature = {
  name: 'accounts/accounts',
  texts,
  settings,
  tables: ['accounts'],
  life: () => ({
    recover: nothing('the change of the password writes the verifier itself'),
    signOut: nothing('the caller begins an epoch where proofs are to end'),
    block: nothing('the measure or the operator closes the portal itself'),
    close: (trx, { accountId, at }) => closeAccount(trx, accountId, at),
    export: exportAccount,
    rekey: noKeys,
  }),
} satisfies AccountFeature<AccountsParts>
