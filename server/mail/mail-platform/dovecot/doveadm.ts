import { setTimeout as sleep } from 'node:timers/promises'
import { PlatformError } from '../mail-platform.ts'
import { expectDone, noSuchUser, nothingFound } from './doveadm-answer.ts'
import { connectDoveadm, type DoveadmConnection } from './doveadm-connection.ts'
import { createDoveadmFilters } from './doveadm-filters.ts'

export interface DoveadmSettings extends DoveadmConnection {
  /** Pause before sessions are ended that were just opening; 150 by default. */
  readonly lateSessionsMs?: number
}

export type Doveadm = ReturnType<typeof createDoveadm>

export function createDoveadm({ lateSessionsMs = 150, ...connection }: DoveadmSettings) {
  const run = connectDoveadm(connection)

  return {
    /** Flushes cached passwords first, since mail programs reconnect at once. */
    async endSessions(addresses: readonly string[]): Promise<void> {
      const [flush, kick] = await run([
        ['authCacheFlush', { user: addresses }],
        ['kick', { mask: addresses }],
      ])
      expectDone('authCacheFlush', flush)
      expectDone('kick', kick, [nothingFound])
      // Security: A sign-in under way when the password changes leaves no session behind.
      await sleep(lateSessionsMs)
      const [late] = await run([['kick', { mask: addresses }]])
      expectDone('kick', late, [nothingFound])
    },
    async flush(addresses: readonly string[]): Promise<void> {
      const [flush] = await run([['authCacheFlush', { user: addresses }]])
      expectDone('authCacheFlush', flush)
    },
    /** @returns undefined if there is no such user */
    async usedBytes(address: string): Promise<number | undefined> {
      const [answer] = await run([['quotaGet', { user: address }]])
      const done = expectDone('quotaGet', answer, [noSuchUser])
      if (done.kind === 'failed') return undefined
      const rows = done.rows as { type: string; value: string }[]
      return Number(rows.find((row) => row.type === 'STORAGE')?.value ?? 0) * 1024
    },
    async deleteHome(mailbox: { accountId: string; address: string }): Promise<void> {
      const { accountId, address } = mailbox
      const [answer] = await run([['user', { userMask: [address] }]])
      const done = expectDone('user', answer, [noSuchUser])
      if (done.kind === 'failed') return
      const home = (done.rows as Record<string, { home?: string }>)[address]?.home ?? ''
      // Security: A folder that does not belong to the mailbox is never deleted.
      if (!home.endsWith(`/${accountId}`))
        throw new PlatformError('permanent', 'the folder of a mailbox is not its own')
      const whole = { fsDriver: 'posix', fsArgs: 'dirs', recursive: true, path: [`${home}/`] }
      const [deleted] = await run([['fsDelete', whole]])
      expectDone('fsDelete', deleted, [nothingFound])
    },
    /** @throws PlatformError if doveadm is away or refuses a call */
    async probe(): Promise<void> {
      const [answer] = await run([['who', { mask: ['nobody'] }]])
      expectDone('who', answer, [nothingFound])
      // An older configuration of doveadm refuses this command, so the check shows it.
      const [filters] = await run([['sieveList', { user: 'nobody' }]])
      expectDone('sieveList', filters, [noSuchUser])
    },
    filters: createDoveadmFilters(run),
  }
}
