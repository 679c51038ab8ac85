import type { AccountFeature } from '#server/accounts/feature.ts'
import { exportsNothing, nothing } from '#server/accounts/life/account-life.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { rekeyDesk } from '../rekey-store.ts'

export const casesFeature: AccountFeature<DeskPageParts> = {
  name: 'desk/cases',
  tables: ['abuse_cases'],
  life: ({ keyring }) => ({
    recover: nothing('a case tells of letters, not of the password'),
    signOut: nothing('a case tells of letters, not of sessions'),
    block: nothing('the measure writes the timeline of its case'),
    close: nothing('a case ends with its retention time'),
    export: exportsNothing('reports belong to those who sent them'),
    rekey: (trx, limit) => rekeyDesk(trx, keyring, limit),
  }),
}
