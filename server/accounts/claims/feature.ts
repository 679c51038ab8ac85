import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { exportClaims, rekeyClaims, releaseContacts } from './store.ts'

export const claimsFeature = {
  name: 'accounts/claims',
  tables: ['claims'],
  life: ({ keyring }) => ({
    recover: nothing('a claim does not depend on the password'),
    signOut: nothing('a claim does not depend on sessions'),
    block: nothing('a blocked account keeps what it holds, so that nobody else takes it'),
    close: (trx, { accountId }) => releaseContacts(trx, accountId),
    export: (db, accountId) => exportClaims(db, keyring, accountId),
    rekey: (trx, limit) => rekeyClaims(trx, keyring, limit),
  }),
  checks: () => import('./checks.ts'),
} satisfies AccountFeature<AccountsParts>
