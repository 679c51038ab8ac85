// Mailbox names for roles: RFC 2142.
const MAIL_ROLES = `
  abuse ftp hostmaster info list marketing news noc owner postmaster request sales security
  support trouble usenet uucp webmaster www`

// Their owner can get certificates for the domain
// (CA/Browser Forum Baseline Requirements 3.2.2.4.4).
const TRUSTED_BY_CERTIFICATE_AUTHORITIES = `
  admin administrator hostmaster is it mis postmaster root ssladmin ssladministrator
  sslwebmaster sysadmin webmaster`

// Programs, accounts, hosts and headers of mail servers.
const MAIL_SYSTEM = `
  amavis amavisd anonymous arc archive arf auth-failure auto-responder autoconfig autodiscover
  autoreply backup batv blackhole blocklist bounce bounces broadcasthost bulk caldav carddav
  catchall clamav complaint complaints cron daemon daemons deamon decode delivery devnull dkim
  dmarc dns dnsadmin dnsbl domainadmin double-bounce dovecot dsn dumper echo error errors
  errors-to exim fbl feedback feedback-loop fetchmail firewall ftpadmin gateway greylist
  honeypot httpd imap imaps isatap jmap junk listmanager listmaster listproc lists listserv
  lmtp localdomain localhost mail mail-daemon mail-delivery mailadmin maildrop mailer
  mailer-daemon mailer-deamon mailgate mailgateway mailhost mailhub mailman mailmaster
  mailnull mailserver mailsystem majordomo managesieve mda mdaemon mdn milter msa mta mta-sts
  mx named nameserver ndn ndr netadmin newsadmin newsmaster nobody nomail non-delivery nouser
  ns null opendkim opendmarc openpgpkey opt-out out-of-office phish phishing policyd pop pop3
  pop3s popmaster postfix postgrey postsrsd procmail prvs qmail quarantine rbl relay relayhost
  reply-to return return-path return-receipt rmail rspamc rspamd rua ruf sendmail serveradmin
  sieve siteadmin smarthost smmsp smtp smtpd smtps spam spamassassin spamreport spamtrap spf
  srs submission submissions subsystem sympa sysop system test tls tlsrpt toor undeliverable
  undelivered undisclosed undisclosed-recipients unsub unsubscribe uudecode vacation verp
  vmail webadmin webmail wildcard wpad www-data wwwadmin`

const SERVICE = `
  account accounts activate activation alert alerts api app apps appeal appeals auth
  authentication authorize billing bot careers ceo cfo chief client cloud compliance confirm
  confirmation contact copyright customer customerservice delete dev developer developers
  director donotreply dpo emergency employee finance forgot fraud gdpr guest help helpdesk
  hotline hr identity invoice invoices job jobs kyc legal login logout management manager me
  moderator moderators no noreply notice notification notifications notify official office
  online operator ops order orders password passwords pay payment payments police portal
  postern press privacy profile reception recover recovery register registration registrar
  report reports reset reply safety secure service services session settings shop sign signin
  signout signup staff status store subscribe superuser support team tech technical terms
  trust undo unknown update updates upgrade user username users verification verify version
  victim wallet web`

export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  [MAIL_ROLES, TRUSTED_BY_CERTIFICATE_AUTHORITIES, MAIL_SYSTEM, SERVICE].flatMap((words) =>
    words.trim().split(/\s+/),
  ),
)
