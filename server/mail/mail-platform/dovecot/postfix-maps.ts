// One query for each map of Postfix. `%s` is the address or login.

const needsSignIn = '553 5.7.1 Sender address needs a sign-in on the submission port'

const oneLine = (query: string) => query.replace(/\s+/g, ' ')

/** @param words.mayNotSend has no quotes: it stands in a string of SQL */
export const postfixMaps = (words: { readonly mayNotSend: string }) => ({
  domains: `SELECT 'ok' FROM mail_directory.postfix_domains WHERE domain = lower('%s')`,
  mailboxes: `SELECT 'ok' FROM mail_directory.postfix_mailboxes WHERE address = lower('%s')`,
  aliases: `SELECT mailbox FROM mail_directory.postfix_aliases WHERE address = lower('%s')`,
  'sender-logins': oneLine(`SELECT login FROM mail_directory.postfix_sender_logins
    WHERE address = lower('%s')`),
  // ADDRESS#EPOCH with an older epoch gets 421, which ends the connection.
  logins: oneLine(`SELECT CASE WHEN send_allowed THEN '421 4.7.0 Sign in again'
    ELSE '550 5.7.1 ${words.mayNotSend}' END
    FROM mail_directory.postfix_logins
    WHERE address = split_part(lower('%s'), '#', 1)
    AND NOT (send_allowed AND login = lower('%s'))`),
  'own-senders': oneLine(`SELECT '${needsSignIn}' FROM mail_directory.postfix_sender_logins
    WHERE address = lower('%s')`),
  'held-senders': oneLine(`SELECT 'retry:4.7.0 Sender is suspended'
    FROM mail_directory.postfix_held_senders WHERE address = lower('%s')`),
  closed: oneLine(`SELECT '550 5.2.1 Mailbox takes no mail' FROM mail_directory.postfix_closed
    WHERE address = lower('%s')`),
})
