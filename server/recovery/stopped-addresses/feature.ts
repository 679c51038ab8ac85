import type { AccountFeature } from '#server/accounts/feature.ts'
import { exportsNothing, nothing } from '#server/accounts/life/account-life.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { oneClickRoutes, stoppedAddressRoutes } from './routes.ts'
import { rekeyStoppedAddresses } from './store.ts'
import texts from './texts.json' with { type: 'json' }

export const stoppedAddressesFeature = {
  name: 'recovery/stopped-addresses',
  texts,
  routes: (parts) => [stoppedAddressRoutes(parts)],
  programRoutes: (parts) => [oneClickRoutes(parts)],
  life: ({ keyring }) => ({
    recover: nothing('a stop belongs to the address, not to an account'),
    signOut: nothing('a stop belongs to the address, not to an account'),
    block: nothing('a stop belongs to the address, not to an account'),
    close: nothing('a stop belongs to the address, not to an account'),
    export: exportsNothing('a stop belongs to the address, not to an account'),
    rekey: (trx, limit) => rekeyStoppedAddresses(trx, keyring, limit),
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
