import { choice, text, url, whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf, secret } from '#server/kit/settings/setting-row.ts'
import { serviceAccount } from './google/service-account.ts'

export const mailPlatformRows = {
  mailPlatform: row(
    choice('memory', 'dovecot', 'google', 'yandex-360', 'mailcow'),
    'dovecot',
    'the system that holds the mail; memory forgets everything and is for trials',
  ),
  doveadmUrl: optional(
    url('http:', 'https:'),
    'the doveadm HTTP API: makes running servers notice a change at once',
  ),
  doveadmApiKey: optional(text(), 'key of the doveadm HTTP API', secret),
  mailDirectoryUrl: optional(
    url('postgres:', 'postgresql:'),
    'database with the tables that Dovecot and Postfix read; absent: the portal’s',
    secret,
  ),
  mailServicesHost: row(
    text('an address'),
    '127.0.0.1',
    'where the worker listens for the mail servers; never a public address',
  ),
  googleServiceAccount: optional(
    serviceAccount,
    'MAIL_PLATFORM=google: account with domain-wide delegation ' +
      'for admin.directory.user and …user.security',
    secret,
  ),
  googleAdministrator: optional(
    text('an address'),
    'administrator in whose name the service account acts',
  ),
  googleOrgUnit: row(text('a path'), '/', 'organisational unit in which new users are put'),
  googleApiBase: optional(url('https:', 'http:'), 'a compatible endpoint in place of Google’s'),
  yandexOrgId: optional(text('a number'), 'MAIL_PLATFORM=yandex-360: id of the organisation'),
  yandexToken: optional(
    text(),
    'OAuth token for directory:read_users, directory:write_users ' +
      'and ya360_security:domain_sessions_write',
    secret,
  ),
  yandexDepartment: row(
    whole(1),
    '1',
    'department in which new users are put; 1 is the whole organisation',
  ),
  yandexApiBase: row(
    url('https:', 'http:'),
    'https://api360.yandex.net',
    'host of Yandex 360’s API',
  ),
  yandexCloudApiBase: row(
    url('https:', 'http:'),
    'https://cloud-api.yandex.net',
    'host that finds users by address',
  ),
  mailcowUrl: optional(url('https:', 'http:'), 'MAIL_PLATFORM=mailcow: where its pages are'),
  mailcowApiKey: optional(text(), 'key of mailcow’s API that reads and writes', secret),
} as const

export type MailPlatformSettings = SettingsOf<typeof mailPlatformRows>
