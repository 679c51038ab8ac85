/** Names that speak for the service and therefore belong to nobody. */

const MAIL_ROLES = // RFC 2142
  'abuse ftp hostmaster info list marketing news noc owner postmaster request sales security support trouble usenet uucp ' +
  'webmaster www'

const TRUSTED_BY_CERTIFICATE_AUTHORITIES = // CA/Browser Forum Baseline Requirements 3.2.2.4.4, and what was trusted before it
  'admin administrator hostmaster is it mis postmaster root ssladmin ssladministrator sslwebmaster sysadmin webmaster'

const MAIL_SYSTEM =
  'anonymous archive autoconfig autodiscover autoreply backup bounce bounces bulk caldav carddav catchall clamav cron ' +
  'daemon daemons deamon delivery dkim dmarc dns double-bounce dovecot dsn echo feedback firewall ftpadmin imap imaps ' +
  'jmap junk listserv lists listmaster localhost lmtp mail mail-daemon mail-delivery mailadmin mailer mailer-daemon ' +
  'mailer-deamon mailman mailsystem majordomo managesieve mdaemon mta mta-sts mx nobody null ns openpgpkey phish phishing ' +
  'pop pop3 pop3s popmaster postfix quarantine relay return rspamd rua ruf sendmail sieve smtp smtps spam spamassassin ' +
  'spamreport spf srs submission submissions subsystem system test tls tlsrpt undelivered undisclosed unsubscribe vmail ' +
  'webmail wpad www-data'

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
