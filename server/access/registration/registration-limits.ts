// Limits of registrations from one network, and from the wide network around it.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AlertOperator } from '#server/kit/limits/brakes.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import { wideNetworkOf } from '#server/kit/limits/wide-network.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { RegistrationSettings } from './settings.ts'

const hour = 3600
/** By default a wide network has this many times the limit of one network. */
const networksOfWide = 10

export interface RegistrationLimitParts {
  readonly limits: Limits
  readonly keyring: Keyring
  readonly alertOperator: AlertOperator
  readonly settings: Pick<
    RegistrationSettings,
    'limitRegistrationsPerIpHour' | 'limitRegistrationsPerWideNetworkHour'
  >
}

export interface RegistrationLimit {
  /** Counts one registration. @throws LimitReached */
  demand(ip: string | undefined, name: string): Promise<void>
  /** Counts a look at a name that is not registered yet. False: nobody may look. */
  mayLook(ip: string | undefined, name: string): Promise<boolean>
}

/** A full network uses up nothing of the wide one, which its neighbours share. */
export function createRegistrationLimit(parts: RegistrationLimitParts): RegistrationLimit {
  const { limits, alertOperator, settings, keyring } = parts
  const { limitRegistrationsPerIpHour: narrow, limitRegistrationsPerWideNetworkHour: wide } =
    settings
  const onFull = () => alertOperator('registration')
  const perNetwork = limits.limit('registration', { points: narrow, seconds: hour, onFull })
  // Security: Registrations of a /24 and a /48 are limited, from however many addresses.
  const perWideNetwork = limits.limit('registration-wide', {
    points: wide ?? networksOfWide * narrow,
    seconds: hour,
    onFull,
  })
  // The first point is a look, the second the registration that this look has paid for.
  const perName = limits.limit('registration-name', { points: 2, seconds: hour })
  const keyOf = (network: string, name: string) =>
    keyring
      .digest('limits.registration-name', JSON.stringify([network, name]))
      .toString('base64url')

  async function count(network: string): Promise<void> {
    await perNetwork.demand(network)
    const around = await perWideNetwork.count(wideNetworkOf(network))
    if (around.kind === 'counted') return
    await perNetwork.refund(network)
    throw new LimitReached('registration', around.retryAfterSeconds)
  }

  return {
    async demand(ip, name) {
      const network = networkOf(ip)
      const key = keyOf(network, name)
      const looked = await perName.look(key)
      const isPaid = looked.kind === 'counted' && looked.used === 1
      if (isPaid && (await perName.count(key)).kind === 'counted') return
      await count(network)
    },
    // Security: A refused form tells of a taken name only as often as names can be registered.
    async mayLook(ip, name) {
      const network = networkOf(ip)
      const key = keyOf(network, name)
      const looked = await perName.look(key)
      if (looked.kind === 'full' || looked.used > 0) return true
      try {
        await count(network)
      } catch (fault) {
        if (fault instanceof LimitReached) return false
        throw fault
      }
      await perName.count(key)
      return true
    },
  }
}
