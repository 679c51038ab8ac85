// How an entry looks in the list: its picture, and whether it weighs more than a sign-in.

export interface EntryLook {
  /** A picture of views/components/icon.ejs. */
  readonly icon: string
  readonly isChange: boolean
}

const icons: Readonly<Record<string, string>> = {
  account: 'owner',
  'app-password': 'app-password',
  'backup-address': 'backup-address',
  contact: 'safe',
  filters: 'filters',
  mailbox: 'mailbox',
  password: 'password',
  phone: 'phone',
  recovery: 'alarm',
  'recovery-codes': 'recovery-codes',
  'security-question': 'security-question',
  sending: 'forward',
  session: 'sign-out',
  'sign-in': 'sign-in',
  'sign-out': 'sign-out',
  staff: 'shield',
  undo: 'undo',
}

const ofEvents: Readonly<Record<string, string>> = {
  'account.blocked': 'blocked',
  'account.restricted': 'blocked',
  'account.warned': 'blocked',
  'sign-in.failures': 'alarm',
  'sign-in.new-device': 'devices',
}

const everyDay = /^(?:sign-in\.succeeded|sign-out\.|session\.)/

export const lookOf = (event: string): EntryLook => ({
  icon: ofEvents[event] ?? icons[event.split('.')[0] ?? ''] ?? 'activity',
  isChange: !everyDay.test(event),
})
