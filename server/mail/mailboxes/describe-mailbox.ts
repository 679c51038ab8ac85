// The account page shows only what the platform has acknowledged.
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { MailboxProgress } from './store.ts'

export type MailboxState = 'being-set-up' | 'ready' | 'delayed' | 'needs-operator'

export interface DescribedMailbox {
  readonly address: string
  readonly state: MailboxState
  readonly suspension: Suspension
  /** True while the platform may still take the old password. */
  readonly passwordPending: boolean
  /** Since when mail programs need the present password. */
  readonly passwordLiveSince: Date | null
  /** False while the password is the one of the registration. */
  readonly passwordWasChanged: boolean
  readonly quotaBytes: number
  readonly usedBytes: number | undefined
}

export function describeMailbox(progress: MailboxProgress): DescribedMailbox {
  return {
    address: progress.address,
    state: stateOf(progress),
    suspension: progress.suspension,
    passwordPending: progress.passwordLiveAt === null,
    passwordLiveSince: progress.passwordLiveAt,
    passwordWasChanged: progress.passwordRevision > 1,
    quotaBytes: progress.quotaBytes,
    usedBytes: progress.usedBytes,
  }
}

function stateOf({
  needsOperatorAt,
  appliedRevision,
  revision,
  failures,
}: MailboxProgress): MailboxState {
  if (needsOperatorAt) return 'needs-operator'
  if (appliedRevision >= revision) return 'ready'
  if (failures > 0) return 'delayed'
  return appliedRevision === 0 ? 'being-set-up' : 'ready'
}
