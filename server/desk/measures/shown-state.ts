// What a page showed of an account before a deed, as its form carries it.
import type { Standing } from './measures.ts'

export interface AccountState {
  readonly standing: Standing
  readonly inForce: { readonly id: string } | undefined
  /** The last new password. */
  readonly passwordChangedAt: Date
}

/** What is no longer as it was shown. */
export type StateChange = 'standing' | 'password'

/** The field `shown` of a form: what stands, and the last new password. It is no secret. */
export const shownState = ({ standing, inForce, passwordChangedAt }: AccountState): string =>
  [standing, inForce?.id ?? '', passwordChangedAt.getTime()].join(' ')

// Security: what staff decide on a page that is out of date is not done.
/** What changed since the form was made; nothing where no page was shown, as where another program decides. */
export function changesSince(shown: string, now: AccountState): StateChange[] {
  if (shown === '') return []
  const [standing, measure, password] = shown.split(' ')
  const [standingNow, measureNow, passwordNow] = shownState(now).split(' ')
  return [
    ...(standing === standingNow && measure === measureNow ? [] : (['standing'] as const)),
    ...(password === passwordNow ? [] : (['password'] as const)),
  ]
}
