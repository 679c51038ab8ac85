/** Names that speak for the service and therefore belong to nobody. */

const MAIL_ROLES = // RFC 2142
  'abuse ftp hostmaster info list marketing news noc owner postmaster request sales security support trouble usenet uucp ' +
  'webmaster www'

const TRUSTED_BY_CERTIFICATE_AUTHORITIES = // CA/Browser Forum Baseline Requirements 3.2.2.4.4, and what was trusted before it
  'admin administrator hostmaster is it mis postmaster root ssladmin ssladministrator sslwebmaster sysadmin webmaster'

const MAIL_SYSTEM =
  'anonymous archive autoconfig autodiscover autoreply backup bounce bounces bulk catchall clamav cron daemon dkim dmarc ' +
  'dns dovecot echo feedback firewall ftpadmin imap junk listserv lists listmaster localhost lmtp mail mailadmin mailer ' +
  'mailerdaemon mailman majordomo mta mx nobody null ns phish phishing pop pop3 popmaster postfix quarantine relay ' +
  'return sieve smtp spam spamreport system test tls tlsrpt undelivered undisclosed unsubscribe vmail webmail wpad'

const SERVICE =
  'account accounts activate activation alert alerts api app apps appeal appeals auth authentication authorize billing bot ' +
  'careers ceo cfo chief client cloud compliance confirm confirmation contact copyright customer customerservice delete ' +
  'dev developer developers director donotreply dpo emergency employee finance forgot fraud gdpr guest help helpdesk ' +
  'hotline hr identity invoice invoices job jobs kyc legal login logout management manager me moderator moderators no ' +
  'noreply notice notification notifications notify official office online operator ops order orders password passwords ' +
  'pay payment payments police portal postern press privacy profile reception recover recovery register registration ' +
  'registrar report reports reset reply safety secure service services session settings shop sign signin signout signup ' +
  'staff status store subscribe superuser support team tech technical terms trust undo unknown update updates upgrade ' +
  'user username users verification verify version victim wallet web'

export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  [MAIL_ROLES, TRUSTED_BY_CERTIFICATE_AUTHORITIES, MAIL_SYSTEM, SERVICE].flatMap((words) => words.split(' ')),
)
