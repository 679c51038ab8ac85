import { text, time, whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row } from '#server/kit/settings/setting-row.ts'

const port = whole(0, 65535)

export const mailServiceRows = {
  mailServicesHost: row(
    text('an address'),
    '127.0.0.1',
    'where the worker listens for the mail servers; never a public address',
  ),
  authPolicyPort: optional(
    port,
    'port at which Dovecot tells of sign-ins (SIGN_IN_REPORT_URL); absent: none',
  ),
  sendingPolicyPort: optional(port, 'port at which Postfix asks for sending limits; absent: none'),
  milterPort: optional(port, 'port of the milter that traces letters; absent: none'),
  limitSentPerDay: row(whole(1), '1000', 'letters that an account sends a day (UTC)'),
  limitRecipientsPerDay: row(whole(1), '500', 'different recipients of an account and day (UTC)'),
  limitClientPasswords: row(
    whole(1),
    '5',
    'different wrong passwords from a network for a mailbox in an hour, ' +
      'after which each further one waits a second',
  ),
  limitClientGuessesPerHour: row(
    whole(1),
    '100',
    'the same, after which none is looked at that did not open the mailbox from there before',
  ),
  clientSignInsDays: row(
    time('days'),
    '30',
    'how long sign-ins of mail programs are shown to their owner',
  ),
} as const
