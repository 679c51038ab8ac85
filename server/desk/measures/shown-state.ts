// The state of an account on a page, which the form of the page carries along.
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
 * The changes since the page was shown.
 * Security: A decision on an outdated page is not carried out.
 * @param shown empty if there was no page, as at the command line
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
