// Settings: how reports come in.
import { text, url, whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf, secret } from '#server/kit/settings/setting-row.ts'

export const reportRows = {
  limitReportsPerIpHour: row(whole(1), '20', 'reports of senders from one network an hour'),
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
  limitReportMailsPerAddressDay: row(whole(0), '5', 'mails about reports to one address a day'),
} as const

export type ReportSettings = SettingsOf<typeof reportRows>
