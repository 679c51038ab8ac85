import type { Suspension } from '#server/accounts/life/account-life.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import type { ObservedMailbox, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import type { GoogleUser } from './directory.ts'

type ExternalId = { type?: string; customType?: string; value?: string }

/** The portal's `externalIds`. Those of other programs are kept. */
const account = 'postern-account'
const revision = 'postern-revision'
const level = 'postern-suspension'

export interface Mark {
  readonly accountId: string
  readonly revision: number
  readonly level: Suspension
}

export function markOf(user: GoogleUser): Mark | undefined {
  const ids = externalIdsOf(user)
  const value = (customType: string) => ids.find((each) => each.customType === customType)?.value
  const accountId = value(account)
  if (!accountId) return undefined
  return {
    accountId,
    revision: Number(value(revision) ?? 0),
    level: (value(level) ?? 'none') as Suspension,
  }
}

/** One call writes mark and state, so the mark always tells the true state. */
export function stateOf(wanted: WantedMailbox, present?: GoogleUser): GoogleUser {
  const others = externalIdsOf(present ?? {}).filter(
    (each) => !each.customType?.startsWith('postern-'),
  )
  const custom = (customType: string, value: string) => ({ type: 'custom', customType, value })
  return {
    ...(present?.primaryEmail === wanted.address ? {} : { primaryEmail: wanted.address }),
    // Google's one suspension stops everything. The mark keeps the wanted level.
    suspended: wanted.suspension !== 'none',
    externalIds: [
      ...others,
      custom(account, wanted.accountId),
      custom(revision, String(wanted.revision)),
      custom(level, wanted.suspension),
    ],
  }
}

export function newUser(wanted: WantedMailbox, orgUnitPath: string): GoogleUser {
  const [givenName, familyName] = wanted.address.split('@')
  return {
    ...stateOf(wanted),
    name: { givenName: givenName ?? '', familyName: familyName ?? '' },
    orgUnitPath,
    changePasswordAtNextLogin: false,
    // Security: Users do not find one another in the address list of Google.
    includeInGlobalAddressList: false,
    ...(wanted.password === null ? { password: newToken() } : passwordOf(wanted.password)),
  }
}

/** Google accepts a `$6$` verifier with 10,000 rounds at most. */
export function passwordOf(verifier: string): GoogleUser {
  const parts = /^\$6\$(?:rounds=(?<rounds>\d+)\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}$/.exec(
    verifier,
  )
  // Security: Only a verifier is sent, since anything else would itself become the password.
  if (!parts || Number(parts.groups?.rounds ?? 5000) > 10_000) {
    throw new PlatformError(
      'permanent',
      'the password is no $6$ verifier of the kind that Google takes',
    )
  }
  return { password: verifier, hashFunction: 'crypt' }
}

export function observedOf(user: GoogleUser): ObservedMailbox {
  const mark = markOf(user)
  const unmarked = mark?.level && mark.level !== 'none' ? mark.level : 'all'
  return {
    address: user.primaryEmail ?? '',
    ...(mark ? { accountId: mark.accountId, revision: mark.revision } : {}),
    suspension: user.suspended ? unmarked : 'none',
    aliases: user.aliases ?? [],
  }
}

function externalIdsOf(user: GoogleUser): ExternalId[] {
  return Array.isArray(user.externalIds) ? user.externalIds : []
}
