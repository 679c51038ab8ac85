// Fetches the mail of the abuse address by IMAP. A mail that failed stays unseen for the next run.
import type { ConnectionOptions } from 'node:tls'
import { ImapFlow } from 'imapflow'
import type { DeskParts } from '#server/desk/desk.ts'
import { intakeMail, mailMaxBytes } from './intake-mail.ts'

/** The next run fetches the rest. */
const mostAtOnce = 200
const waits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }

/** @param url `imaps://USER:PASSWORD@HOST[:PORT][/FOLDER]`, percent-encoded where needed */
export function parseImapUrl(url: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const secure = protocol === 'imaps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 993 : 143) : Number(port),
    secure,
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    folder: decodeURIComponent(pathname.slice(1)) || 'INBOX',
  }
}

/**
 * Returns how many mails became reports.
 * @param tls for a server whose certificate comes from a private authority
 */
export async function fetchMail(parts: DeskParts, tls: ConnectionOptions = {}): Promise<number> {
  const { settings, log } = parts
  if (!settings.abuseImapUrl) return 0
  const { folder, ...account } = parseImapUrl(settings.abuseImapUrl)
  const client = new ImapFlow({ ...account, ...waits, logger: false, disableAutoIdle: true, tls })
  client.on('error', (err) => log.warn({ err }, 'abuse mail'))
  await client.connect()
  try {
    const lock = await client.getMailboxLock(folder)
    try {
      const unseen = (await client.search({ seen: false }, { uid: true })) || []
      let taken = 0
      for (const uid of unseen.slice(0, mostAtOnce)) {
        // One mail that fails does not stop the others.
        const outcome = takeOne(parts, client, String(uid)).catch((err) => {
          if (!client.usable) throw err
          log.warn({ err }, 'a report by mail was not taken in')
          return false
        })
        if (await outcome) taken += 1
      }
      return taken
    } finally {
      lock.release()
    }
  } finally {
    await client.logout().catch(() => client.close())
  }
}

async function takeOne(parts: DeskParts, client: ImapFlow, uid: string): Promise<boolean> {
  const about = await client.fetchOne(uid, { size: true }, { uid: true })
  if (!about) return false
  const isCut = (about.size ?? 0) > mailMaxBytes
  const whole = await client.fetchOne(uid, { source: { maxLength: mailMaxBytes } }, { uid: true })
  const source = whole ? whole.source : undefined
  if (!source) return false
  const outcome = await intakeMail(parts, source)
  // The beginning of a mail that is too large is taken in; its flag shows that there is more.
  const flags = isCut ? ['\\Seen', '\\Flagged'] : ['\\Seen']
  await client.messageFlagsAdd(uid, flags, { uid: true })
  return outcome.kind === 'reports'
}
