// How many mailboxes are created from one network, and from those around it.

import type { AlertOperator } from '#server/kit/limits/brakes.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import { wideNetworkOf } from '#server/kit/limits/wide-network.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { RegistrationSettings } from './settings.ts'

const hour = 3600
/** Of what one network may, where no setting says how many. */
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
 * Counts one registration from the address. A network whose own budget is used up takes nothing from its neighbours.
 * @throws LimitReached
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
  // Security: whoever rents a /24, or is given a /48, has hundreds of networks and no more people.
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
