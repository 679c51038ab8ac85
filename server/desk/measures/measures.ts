/** What can be done about an account: one table of allowed transitions. Whatever is not in it cannot happen. */
import type { Suspension } from '#server/mail/mail-platform/mail-platform.ts'

export const measureNames = [
  'limit-sending',
  'suspend-sending',
  'suspend-all',
  'compromised',
  'block',
] as const
export type MeasureName = (typeof measureNames)[number]
export const isMeasureName = (value: unknown): value is MeasureName =>
  measureNames.some((name) => name === value)

/** Why, as the owner is told in the texts `messages.account-blocked.cause`. */
export const measureCauses = [
  'spam',
  'phishing',
  'malware',
  'fraud',
  'harassment',
  'compromised',
  'other',
] as const
export type MeasureCause = (typeof measureCauses)[number]
export const isMeasureCause = (value: unknown): value is MeasureCause =>
  measureCauses.some((cause) => cause === value)

/** How a measure came to its end. */
export type EndReason = 'lifted' | 'appeal' | 'expired' | 'recovered' | 'replaced'

/** What stands now. `operator-block`: by `portal account block`, which only an operator lifts. */
export type Standing = 'none' | MeasureName | 'operator-block'

/** Roles as rights: an analyst may take what ends by itself or loses nothing, a senior everything. */
export type MeasureRight = 'analyst' | 'senior'

export interface MeasureRow {
  readonly name: MeasureName
  /** What the mail platform is to do. */
  readonly suspension: Suspension
  /** Word of the message `account-blocked`. */
  readonly extent: 'limited' | 'send' | 'login' | 'all' | 'compromised'
  /** `blocked`: nobody signs in. `reset`: nobody signs in before a new password. `open`: the portal stays open to its holder. */
  readonly portal: 'open' | 'blocked' | 'reset'
  readonly endsSessions: boolean
  readonly revokesAppPasswords: boolean
  /** Forwarding and other filters are switched off: a stranger may have set them up. */
  readonly endsForwarding: boolean
  /** `needed`: it must have an end; `none`: it cannot have one. */
  readonly until: 'needed' | 'allowed' | 'none'
  readonly right: MeasureRight
}

export const measureRows: Readonly<Record<MeasureName, MeasureRow>> = {
  'limit-sending': {
    name: 'limit-sending',
    suspension: 'none',
    extent: 'limited',
    portal: 'open',
    endsSessions: false,
    revokesAppPasswords: false,
    endsForwarding: false,
    until: 'needed',
    right: 'analyst',
  },
  'suspend-sending': {
    name: 'suspend-sending',
    suspension: 'send',
    extent: 'send',
    portal: 'open',
    endsSessions: false,
    revokesAppPasswords: false,
    endsForwarding: false,
    until: 'allowed',
    right: 'analyst',
  },
  'suspend-all': {
    name: 'suspend-all',
    suspension: 'all',
    extent: 'all',
    portal: 'blocked',
    endsSessions: true,
    revokesAppPasswords: false,
    endsForwarding: false,
    until: 'needed',
    right: 'analyst',
  },
  compromised: {
    name: 'compromised',
    // Mail is still taken in: its holder comes back to it.
    suspension: 'login',
    extent: 'compromised',
    portal: 'reset',
    endsSessions: true,
    revokesAppPasswords: true,
    endsForwarding: true,
    until: 'none',
    right: 'analyst',
  },
  block: {
    name: 'block',
    suspension: 'all',
    extent: 'all',
    portal: 'blocked',
    endsSessions: true,
    revokesAppPasswords: true,
    endsForwarding: true,
    until: 'none',
    right: 'senior',
  },
}

/**
 * What stands for an account, from its row and the measure in force.
 * Security: a block by an operator stands above a measure that did not close the portal, so that the desk does not open what it did not close.
 */
export function standingOf(
  account: { readonly blockedAt: Date | null },
  inForce: { readonly measure: MeasureName } | undefined,
): Standing {
  const byMeasure = inForce !== undefined && measureRows[inForce.measure].portal === 'blocked'
  if (account.blockedAt && !byMeasure) return 'operator-block'
  return inForce?.measure ?? 'none'
}

/** From what stands to what may follow. `none` is the lift. */
export const transitions: Readonly<Record<Standing, readonly Standing[]>> = {
  none: ['limit-sending', 'suspend-sending', 'suspend-all', 'compromised', 'block'],
  'limit-sending': ['none', 'suspend-sending', 'suspend-all', 'compromised', 'block'],
  'suspend-sending': ['none', 'limit-sending', 'suspend-all', 'compromised', 'block'],
  'suspend-all': ['none', 'limit-sending', 'suspend-sending', 'compromised', 'block'],
  compromised: ['none', 'suspend-sending', 'suspend-all', 'block'],
  block: ['none', 'limit-sending', 'suspend-sending', 'suspend-all'],
  'operator-block': [],
}

export const allowsTransition = (from: Standing, to: Standing): boolean =>
  transitions[from].includes(to)

/** What a measure loses for its holder, mildest first: an appeal that eases leads to a smaller one. */
const weight: Readonly<Record<Standing, number>> = {
  none: 0,
  'limit-sending': 1,
  'suspend-sending': 2,
  compromised: 3,
  'suspend-all': 4,
  block: 5,
  'operator-block': 6,
}

export const measureDays = ['1', '3', '7', '14', '30', '90', 'none'] as const

export const isMilder = (one: Standing, other: Standing): boolean => weight[one] < weight[other]

/** The right that is needed to leave what stands: a block is lifted by who may block. */
export const rightToLeave = (from: Standing): MeasureRight =>
  from === 'none' || from === 'operator-block' ? 'senior' : measureRows[from].right

/** What a page shows before the deed. Texts: `abuse.consequence.<code>`. */
export type Consequence =
  | 'sending-limited'
  | 'sending-stops'
  | 'mail-programs-closed'
  | 'mail-refused'
  | 'portal-closed'
  | 'sessions-end'
  | 'app-passwords-end'
  | 'reset-demanded'
  | 'recovery-closed'
  | 'contacts-held'
  | 'owner-told'

/** @param noWayBack the mailbox cannot be recovered: see the warning of the same name */
export function consequencesOf(measure: MeasureName, noWayBack = false): Consequence[] {
  const row = measureRows[measure]
  const list: [boolean, Consequence][] = [
    [measure === 'limit-sending', 'sending-limited'],
    [row.suspension !== 'none', 'sending-stops'],
    [row.suspension === 'login' || row.suspension === 'all', 'mail-programs-closed'],
    [row.suspension === 'all', 'mail-refused'],
    [row.portal === 'blocked', 'portal-closed'],
    [row.endsSessions, 'sessions-end'],
    [row.revokesAppPasswords, 'app-passwords-end'],
    [row.portal === 'reset' && !noWayBack, 'reset-demanded'],
    [row.portal === 'blocked', 'recovery-closed'],
    [row.portal === 'blocked', 'contacts-held'],
    [true, 'owner-told'],
  ]
  return list.filter(([applies]) => applies).map(([, consequence]) => consequence)
}
