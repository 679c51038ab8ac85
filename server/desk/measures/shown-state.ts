// The state of an account when a page was shown. The form of the page sends it back.
import type { Standing } from './measures.ts'

export interface AccountState {
  readonly standing: Standing
  readonly inForce: { readonly id: string } | undefined
  readonly passwordChangedAt: Date
}

export type StateChange = 'standing' | 'password'

/** The value of the field `shown`. It is no secret. */
export const shownState = ({ standing, inForce, passwordChangedAt }: AccountState): string =>
  [standing, inForce?.id ?? '', passwordChangedAt.getTime()].join(' ')

/**
 * What has changed since the page was shown.
 * Security: A decision on an outdated page is not carried out.
 * @param shown empty if there was no page: then nothing counts as changed
 */
export function changesSince(shown: string, now: AccountState): StateChange[] {
  if (shown === '') return []
  const [standing, measure, password] = shown.split(' ')
  const [standingNow, measureNow, passwordNow] = shownState(now).split(' ')
  return [
    ...(standing === standingNow && measure === measureNow ? [] : (['standing'] as const)),
    ...(password === passwordNow ? [] : (['password'] as const)),
  ]
}
