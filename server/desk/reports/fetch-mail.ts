// Fetches the mail of the abuse address by IMAP. What was taken in is marked as seen; what failed stays for the next time.
import type { ConnectionOptions } from 'node:tls'
import { ImapFlow } from 'imapflow'
import type { DeskParts } from '../desk.ts'
import { intakeMail, mailMaxBytes } from './intake-mail.ts'

/** In one run; the next one goes on. */
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
 * Returns how many mails were taken in. Does nothing where no account is set.
 * @param tls where the server's certificate is of an authority of one's own
 */
export async function fetchMail(parts: DeskParts, tls: ConnectionOptions = {}): Promise<number> {
  const { settings, log } = parts
  if (!settings.abuseImapUrl) return 0
  const { folder, ...door } = parseImapUrl(settings.abuseImapUrl)
  const client = new ImapFlow({ ...door, ...waits, logger: false, disableAutoIdle: true, tls })
  client.on('error', (err) => log.warn({ err }, 'abuse mail'))
  await client.connect()
  try {
    const lock = await client.getMailboxLock(folder)
    try {
      const unseen = (await client.search({ seen: false }, { uid: true })) || []
      let taken = 0
      for (const uid of unseen.slice(0, mostAtOnce)) {
        // One that fails stays for the next time, and holds up no other.
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
  // Security: a mail beyond the bound is not even fetched.
  if ((about.size ?? 0) > mailMaxBytes) {
    await client.messageFlagsAdd(uid, ['\\Seen', '\\Flagged'], { uid: true })
    return false
  }
  const whole = await client.fetchOne(uid, { source: { maxLength: mailMaxBytes } }, { uid: true })
  const source = whole ? whole.source : undefined
  if (!source) return false
  const outcome = await intakeMail(parts, source)
  await client.messageFlagsAdd(uid, ['\\Seen'], { uid: true })
  return outcome.kind === 'reports' || outcome.kind === 'asked'
}
