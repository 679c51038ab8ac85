// What `portal mail-platform` writes into the configuration of Dovecot and Postfix.
import { text, url, whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf, secret } from '#server/kit/settings/setting-row.ts'

export const mailHostRows = {
  mailHostFolder: row(
    text('a folder'),
    '/etc/postern-mail',
    'where the configuration lies on the mail host',
  ),
  mailHostRoot: row(text('a folder'), '/srv/mail', 'where the mail host keeps the letters'),
  mailHostUser: row(
    text('a name'),
    'vmail',
    'the mail host’s unprivileged user and group that own all letters',
  ),
  mailHostUserId: row(whole(1), '5000', 'number of that user'),
  mailHostCertificate: row(
    text('a file'),
    '/etc/ssl/postern/mail.crt',
    'certificate chain of the mail host',
  ),
  mailHostKey: row(text('a file'), '/etc/ssl/postern/mail.key', 'private key of that certificate'),
  mailHostInternalAddress: row(
    text('an address'),
    '127.0.0.1',
    'where Dovecot, Postfix and the portal talk to each other; never a public address',
  ),
  dovecotDirectoryPassword: optional(
    text(),
    'password of the database role postern_dovecot',
    secret,
  ),
  postfixDirectoryPassword: optional(
    text(),
    'password of the database role postern_postfix',
    secret,
  ),
  signInReportUrl: optional(
    url('http:', 'https:'),
    'where Dovecot tells the portal of sign-ins; absent: nowhere',
  ),
  signInReportToken: optional(text(), 'what Dovecot shows there as its right to tell', secret),
  sendingPolicyAddress: optional(
    text('host:port'),
    'where Postfix asks for sending limits; absent: no limits',
  ),
  submissionMilterAddress: optional(
    text('host:port'),
    'a milter for letters that people send; absent: none',
  ),
} as const

export type MailHostSettings = SettingsOf<typeof mailHostRows>
