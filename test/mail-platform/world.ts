// A running mail platform with people.

import { randomUUID } from 'node:crypto'
import { hash } from 'argon2'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { Clock } from '#server/core/clock.ts'
import { digestOfAppPassword } from '#server/mail/app-passwords/new-app-password.ts'
import {
  createDovecotPlatform,
  type DovecotPlatform,
} from '#server/mail/mail-platform/dovecot/platform.ts'
import type {
  Applied,
  MailService,
  WantedMailbox,
} from '#server/mail/mail-platform/mail-platform.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { startTestPlatform, type TestPlatform, type TestPlatformOptions } from './start.ts'

export interface MailWorld {
  readonly database: TestDatabase
  readonly mail: TestPlatform
  readonly platform: DovecotPlatform
  /** Creates `LOGIN@postern.example` with the password of `authOf`. */
  provision(login: string, change?: Partial<WantedMailbox>): Promise<WantedMailbox>
  authOf(login: string): { readonly user: string; readonly pass: string }
  /** Makes these the mailbox's app passwords. @returns their ids */
  setAppPasswords(
    wanted: WantedMailbox,
    revision: number,
    ...secrets: readonly { secret: string; services: readonly MailService[] }[]
  ): Promise<string[]>
  suspend(wanted: WantedMailbox, suspension: Suspension, revision: number): Promise<Applied>
  stop(): Promise<void>
}

/** What the holder is told, in words that are no ASCII. */
export const suspensionReason =
  'Ваша скрыня заблакіравана: увайдзіце на https://account.postern.example/blocked'

/** @param options where the servers report to and ask, beside the database */
export async function startMailWorld(
  clock: Clock,
  options: Omit<TestPlatformOptions, 'databaseUrl'> = {},
): Promise<MailWorld> {
  const database = await createTestDatabase()
  const mail = await startTestPlatform({ databaseUrl: database.url, ...options }).catch(
    async (error) => {
      await database.drop()
      throw error
    },
  )
  const doveadm = { url: mail.doveadmUrl, apiKey: mail.apiKey }
  const platform = createDovecotPlatform({ directory: database.db, doveadm, clock, pageSize: 3 })
  const authOf = (login: string) => ({
    user: `${login}@postern.example`,
    pass: `the password of ${login}`,
  })
  return {
    database,
    mail,
    platform,
    provision: async (login, change = {}) => {
      const wanted: WantedMailbox = {
        accountId: randomUUID(),
        address: authOf(login).user,
        revision: 1,
        password: await hash(authOf(login).pass),
        suspension: 'none',
        suspensionReason: null,
        quotaBytes: 10_000_000,
        mainPasswordOpensMail: true,
        aliases: [],
        ...change,
      }
      await platform.apply(wanted)
      return wanted
    },
    authOf,
    setAppPasswords: async ({ accountId, address }, revision, ...secrets) => {
      const passwords = secrets.map(({ secret, services }) => ({
        // The same secret is the same app password, whenever it is wanted.
        id: digestOfAppPassword(secret)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
        services,
        secretSha256: digestOfAppPassword(secret),
        createdAt: clock.now(),
      }))
      await platform.applyAppPasswords?.({ accountId, address, revision, passwords })
      return passwords.map(({ id }) => id)
    },
    suspend: (wanted, suspension, revision) =>
      platform.apply({ ...wanted, suspension, suspensionReason, revision }),
    stop: async () => {
      await mail.stop()
      await database.drop()
    },
  }
}
