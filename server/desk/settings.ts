// Settings of the abuse desk.
import { flag, list, text, time, url, whole } from '../kit/settings/setting-kinds.ts'
import { optional, row, secret } from '../kit/settings/setting-row.ts'
import { dkimKeys } from './provenance/dkim-keys.ts'

export const abuseRows = {
  abuseAddress: optional(
    text('an address'),
    'where suspicious letters are reported by mail; absent: abuse@ each domain',
  ),
  abuseImapUrl: optional(
    url('imaps:', 'imap:'),
    'IMAP account of that address, imaps://USER:PASSWORD@HOST/FOLDER; ' +
      'its mails are taken in and marked as seen',
    secret,
  ),
  abuseLmtpPort: optional(
    whole(0, 65535),
    'port on which a worker takes mail to that address by LMTP; absent: none',
  ),
  abuseLmtpHost: row(
    text('an address'),
    '127.0.0.1',
    'where it listens for them; never a public address',
  ),
  ownRelays: optional(
    list(text('a host name, .DOMAIN, address or range')),
    'our own mail servers, whose Received lines are believed; absent: all hosts of MAIL_DOMAINS',
  ),
  dkimKeys: optional(
    dkimKeys,
    'DKIM records of ours that may have left the DNS: ' +
      'JSON [{"domain","selector","record","retiredAt"?}]',
  ),
  fromOwnerEnforced: row(
    flag,
    'off',
    'on: our submission refuses a From that is not its sender’s own',
  ),
  evidenceDays: row(time('days'), '180', 'how long a reported letter is kept'),
  caseDays: row(time('days'), '730', 'how long a closed case is kept, with its reports'),
  limitSentWhileLimited: row(
    whole(0),
    '5',
    'letters and recipients a day while the abuse desk limits sending',
  ),
  appealDays: row(time('days'), '20', 'how long a measure can be objected to'),
  measuresWithoutSecondPerson: row(
    whole(0),
    '20',
    'measures a day that one member of staff takes alone',
  ),
  limitReportMailsPerAddressDay: row(whole(0), '5', 'mails about reports to one address a day'),
} as const
