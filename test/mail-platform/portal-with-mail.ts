// A whole portal with real Dovecot and Postfix, and a database of its own for the mail directory.
import { randomBytes } from 'node:crypto'
import { connectDatabase } from '#db/connection.ts'
import { installMailDirectory } from '#db/mail-directory/install.ts'
import { createTestDatabase } from '#test/support/database.ts'
import { eventually, startTestPortal, type TestPortal } from '#test/support/portal.ts'
import {
  type Endpoint,
  startTestPlatform,
  type TestPlatform,
  type TestPlatformOptions,
} from './start.ts'

export interface PortalWithMail {
  readonly portal: TestPortal
  readonly mail: TestPlatform
  readonly directoryUrl: string
  stop(): Promise<void>
}

export interface PortalWithMailOptions {
  /** More environment variables of the portal. */
  readonly env?: (mail: TestPlatform) => Readonly<Record<string, string>>
  readonly servers?: Omit<TestPlatformOptions, 'databaseUrl'>
  /** False: no jobs are done until `portal.startWorker`. */
  readonly worker?: boolean
}

/** Waits until the mailbox is as wanted. A session that opens earlier may be ended as an old one. */
export const settled = ({ db }: TestPortal, address: string): Promise<unknown> =>
  eventually(() =>
    db('mailboxes').where({ address }).whereRaw('applied_revision >= revision').first(),
  )

export async function startPortalWithMail(
  options: PortalWithMailOptions = {},
): Promise<PortalWithMail> {
  const { env, servers, worker = true } = options
  const database = await createTestDatabase()
  const name = `directory_${randomBytes(6).toString('hex')}`
  await database.db.raw('create database ??', [name])
  const url = new URL(database.url)
  url.pathname = `/${name}`
  const directory = connectDatabase(url.href, 1)
  await installMailDirectory(directory)
  await directory.destroy()
  const mail = await startTestPlatform({ databaseUrl: url.href, ...servers })
  const at = ({ host, port }: Endpoint) => `${host}:${port}`
  const platformEnv = {
    MAIL_DIRECTORY_URL: url.href,
    DOVEADM_URL: mail.doveadmUrl,
    DOVEADM_API_KEY: mail.apiKey,
    MAIL_SERVER_IMAP: `imaps://${at(mail.imap)}`,
    MAIL_SERVER_POP3: `pop3s://${at(mail.pop3)}`,
    MAIL_SERVER_SMTP: `smtps://${at(mail.submissions)}, smtp://${at(mail.submission)}`,
  }
  const portal = await startTestPortal({
    database,
    worker,
    env: { ...platformEnv, ...env?.(mail) },
  })
  return {
    portal,
    mail,
    directoryUrl: url.href,
    stop: async () => {
      await mail.stop()
      // Before the portal closes its pool, which the test database shares.
      await database.db.raw('drop database ?? with (force)', [name])
      await portal.stop()
      await database.drop()
    },
  }
}
