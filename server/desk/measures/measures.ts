// The measures, what each of them does, and which one may follow which.
import type { Suspension } from '#server/accounts/life/account-life.ts'

export const measureNames = [
  'warning',
  'limit-sending',
  'suspend-sending',
  'suspend-all',
  'compromised',
  'block',
] as const
export type MeasureName = (typeof measureNames)[number]
export const isMeasureName = (value: unknown): value is MeasureName =>
  measureNames.some((name) => name === value)

/** Texts for the owner: `messages.account-blocked.cause`. */
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

export type EndReason = 'lifted' | 'appeal' | 'expired' | 'recovered' | 'replaced' | 'closed'

/** What restricts an account now. */
export type Standing = 'none' | MeasureName

/** An analyst may take every measure but `block`, a senior analyst all of them. */
export type MeasureRight = 'analyst' | 'senior'

export interface MeasureRow {
  readonly name: MeasureName
  readonly suspension: Suspension
  /** What the message `account-blocked` and the page of the block say is restricted. */
  readonly extent: 'warned' | 'limited' | 'send' | 'login' | 'all' | 'compromised'
  /** `reset`: nobody signs in before a new password is set. */
  readonly portal: 'open' | 'blocked' | 'reset'
  readonly endsSessions: boolean
  readonly revokesAppPasswords: boolean
  /** All filters are held, because a stranger may have set them up. */
  readonly holdsFilters: boolean
  /** Whether it needs, may have or cannot have an end, or ends with its strike. */
  readonly until: 'needed' | 'allowed' | 'none' | 'strike'
  readonly right: MeasureRight
}

export const measureRows: Readonly<Record<MeasureName, MeasureRow>> = {
  warning: {
    name: 'warning',
    suspension: 'none',
    extent: 'warned',
    portal: 'open',
    endsSessions: false,
    revokesAppPasswords: false,
    holdsFilters: false,
    until: 'strike',
    right: 'analyst',
  },
  'limit-sending': {
    name: 'limit-sending',
    suspension: 'none',
    extent: 'limited',
    portal: 'open',
    endsSessions: false,
    revokesAppPasswords: false,
    holdsFilters: false,
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
    holdsFilters: false,
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
    holdsFilters: false,
    until: 'needed',
    right: 'analyst',
  },
  compromised: {
    name: 'compromised',
    // Mail still arrives, so that the owner finds it after the recovery.
    suspension: 'login',
    extent: 'compromised',
    portal: 'reset',
    endsSessions: true,
    revokesAppPasswords: true,
    holdsFilters: true,
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
    holdsFilters: true,
    until: 'none',
    right: 'senior',
  },
}

export const standingOf = (inForce: { readonly measure: MeasureName } | undefined): Standing =>
  inForce?.measure ?? 'none'

/** A warning stands as measures do, but restricts nothing. */
export const restricts = (inForce: { readonly measure: MeasureName } | undefined): boolean =>
  inForce !== undefined && inForce.measure !== 'warning'

/** Which measures may follow each standing. `none` means to lift it. */
export const transitions: Readonly<Record<Standing, readonly Standing[]>> = {
  none: measureNames,
  warning: ['none', 'limit-sending', 'suspend-sending', 'suspend-all', 'compromised', 'block'],
  'limit-sending': ['none', 'warning', 'suspend-sending', 'suspend-all', 'compromised', 'block'],
  'suspend-sending': ['none', 'warning', 'limit-sending', 'suspend-all', 'compromised', 'block'],
  'suspend-all': ['none', 'warning', 'limit-sending', 'suspend-sending', 'compromised', 'block'],
  compromised: ['none', 'suspend-sending', 'suspend-all', 'block'],
  block: ['none', 'warning', 'limit-sending', 'suspend-sending', 'suspend-all'],
}

export const allowsTransition = (from: Standing, to: Standing): boolean =>
  transitions[from].includes(to)

/** How hard a measure is for the owner. An appeal can ease it to one of a smaller weight. */
const weight: Readonly<Record<Standing, number>> = {
  none: 0,
  warning: 1,
  'limit-sending': 2,
  'suspend-sending': 3,
  compromised: 4,
  'suspend-all': 5,
  block: 6,
}

export const measureDays = ['1', '3', '7', '14', '30', '90', 'none'] as const

export const isMilder = (one: Standing, other: Standing): boolean => weight[one] < weight[other]

/** Ending a measure needs the same right as taking it. */
export const rightToLeave = (from: Standing): MeasureRight =>
  from === 'none' ? 'senior' : measureRows[from].right

/** What the page shows before a measure is taken. Texts: `abuse.consequence.<code>`. */
export type Consequence =
  | 'warned'
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

/** @param noWayBack the owner has no method set and cannot recover the mailbox */
export function consequencesOf(measure: MeasureName, noWayBack = false): Consequence[] {
  const row = measureRows[measure]
  const list: [boolean, Consequence][] = [
    [measure === 'warning', 'warned'],
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
