// Limits of registrations from one network, and from the wide network around it.
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
  readonly alertOperator: AlertOperator
  readonly settings: Pick<
    RegistrationSettings,
    'limitRegistrationsPerIpHour' | 'limitRegistrationsPerWideNetworkHour'
  >
}

/**
 * A full network uses up nothing of the wide one, which its neighbours share.
 * @returns a function that counts one registration, or throws LimitReached
 */
export function createRegistrationLimit({
  limits,
  alertOperator,
  settings,
}: RegistrationLimitParts) {
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
  return async (ip: string | undefined): Promise<void> => {
    const network = networkOf(ip)
    await perNetwork.demand(network)
    const around = await perWideNetwork.count(wideNetworkOf(network))
    if (around.kind === 'counted') return
    await perNetwork.refund(network)
    throw new LimitReached(around.retryAfterSeconds)
  }
}
