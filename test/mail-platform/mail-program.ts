// A mail program: reads by IMAP (imapflow), sends by SMTP (nodemailer).
import { setTimeout as sleep } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import type { Endpoint, TestPlatform } from './start.ts'

export interface Credentials {
  readonly user: string
  readonly pass?: string
  readonly accessToken?: string
}

const timeoutMs = 8000

const imapClient = (endpoint: Endpoint, auth: Credentials) =>
  new ImapFlow({
    ...endpoint,
    auth,
    logger: false,
    tls: { rejectUnauthorized: false, ...(endpoint.from ? { localAddress: endpoint.from } : {}) },
    disableAutoIdle: true,
  })

/** Signs in by IMAP and opens the inbox. Throws imapflow's error if the server refuses. */
export async function openInbox(platform: TestPlatform, auth: Credentials): Promise<ImapFlow> {
  const client = imapClient(platform.imap, auth)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.mailboxOpen('INBOX')
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/** @returns `ok` or the refusal of the server */
export async function tryImap(platform: TestPlatform, auth: Credentials): Promise<string> {
  try {
    const client = await openInbox(platform, auth)
    await client.logout()
    return 'ok'
  } catch (error) {
    return (error as { responseText?: string }).responseText ?? String(error)
  }
}

export interface Mail {
  readonly from: string
  readonly to: string
  readonly subject: string
}

/** @returns `ok` or the refusal of the server */
export async function trySend(
  platform: TestPlatform,
  auth: Credentials,
  mail: Mail,
): Promise<string> {
  const sender = createTransport({
    ...platform.submission,
    ...(platform.submission.from ? { localAddress: platform.submission.from } : {}),
    requireTLS: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    tls: { rejectUnauthorized: false },
    auth: auth.accessToken ? { type: 'OAuth2', ...auth } : auth,
  })
  try {
    await sender.sendMail({ ...mail, text: 'Hello' })
    return 'ok'
  } catch (error) {
    return (error as { response?: string }).response ?? String(error)
  } finally {
    sender.close()
  }
}

/** Waits 10 s at most. */
export async function eventually(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 50) {
    if (waited > 10_000) throw new Error(`not so within 10 s: ${isSo}`)
    await sleep(50)
  }
}

export async function waitForLetter(
  client: ImapFlow,
  subject: string,
  withinMs = 5000,
): Promise<void> {
  for (let waited = 0; waited < withinMs; waited += 50) {
    await client.noop()
    const found = await client.search({ subject })
    if (found && found.length > 0) return
    await sleep(50)
  }
  throw new Error(`no letter "${subject}" within ${withinMs} ms`)
}
