import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { endDemandedReset } from './end-demanded-reset.ts'

const rows = accountRows('measures', ['measure', 'cause', 'state', 'taken_at', 'ended_at'])

export const measuresFeature: AccountFeature<DeskPageParts> = {
  name: 'desk/measures',
  tables: ['measures'],
  life: ({ keyring }) => ({
    recover: (trx, { accountId, at }) => endDemandedReset(trx, { keyring }, accountId, at),
    signOut: nothing('a measure stands until it ends'),
    block: nothing('the measure itself blocks'),
    close: nothing('a measure ends with its case'),
    export: rows.export,
    rekey: noKeys,
  }),
}
