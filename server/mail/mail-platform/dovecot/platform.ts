// Dovecot and Postfix: the directory rows are the truth they read, doveadm makes running servers notice a change at once.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { inDovecotOrder } from '../argon2id.ts'
import type { Applied, MailPlatform, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { writeAppPasswords } from './app-password-store.ts'
import { platformErrorOf } from './directory-error.ts'
import { createDoveadm, type DoveadmSettings } from './doveadm.ts'
import * as store from './store.ts'

export interface DovecotPlatformParts {
  readonly directory: Db
  /** Absent: only the rows are written, running sessions are left alone. */
  readonly doveadm?: DoveadmSettings
  readonly clock: Clock
  /** How long a removed mailbox is kept before `purge` deletes it. 30 days by default. */
  readonly quarantineDays?: number
  readonly pageSize?: number
}

export interface DovecotPlatform extends MailPlatform {
  /** Deletes files and rows of removed mailboxes whose quarantine is over. @returns how many were purged */
  purge(): Promise<number>
}

export function createDovecotPlatform(parts: DovecotPlatformParts): DovecotPlatform {
  const { directory, clock, quarantineDays = 30, pageSize = 500 } = parts
  const doveadm = parts.doveadm && createDoveadm(parts.doveadm)

  const write = async (wanted: WantedMailbox) => {
    const attempt = () => store.writeMailbox(directory, wanted, clock.now())
    try {
      return await attempt()
    } catch (cause) {
      const error = platformErrorOf(cause)
      if (error.kind !== 'unknown') throw error
      // The guarded statement is its own re-reading: it writes only what is not newer, and says what is held.
      return attempt().catch((again) => {
        throw platformErrorOf(again)
      })
    }
  }

  const endSessions = async (address: string, epoch: number) => {
    if (!doveadm) return
    await doveadm.endSessions([address])
    await asPlatformCall(() => store.noteSessionsEnded(directory, address, epoch))
  }

  return {
    id: 'dovecot',
    passwordFormat: 'argon2id',
    reportsSignIns: true,
    tellsUsedBytes: doveadm !== undefined,

    async apply(wanted): Promise<Applied> {
      const normal = { ...wanted, password: wanted.password && inDovecotOrder(wanted.password) }
      const { held, written, created, endSessionsBefore, addressesFree } = await write(normal)
      if (!addressesFree)
        throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
      if (!written) return { kind: 'superseded', revision: held }
      // Security: the row is committed before the cache is flushed and sessions are ended, so nobody slips back in between.
      if (endSessionsBefore !== undefined) await endSessions(wanted.address, endSessionsBefore)
      else if (!created) await doveadm?.flush([wanted.address])
      return { kind: 'applied', revision: held }
    },

    async applyAppPasswords(wanted): Promise<Applied> {
      const result = await asPlatformCall(() => writeAppPasswords(directory, wanted))
      if (!result) throw new PlatformError('retry', 'app passwords came before their mailbox')
      return { kind: result.written ? 'applied' : 'superseded', revision: result.held }
    },

    async remove({ accountId, address }) {
      const now = clock.now()
      const purgeAfter = new Date(now.getTime() + quarantineDays * msPerDay)
      await asPlatformCall(() => store.quarantineMailbox(directory, accountId, now, purgeAfter))
      await doveadm?.endSessions([address])
    },

    async endSessions(address) {
      const epoch = await asPlatformCall(() => store.startSessionEpoch(directory, address))
      if (epoch !== undefined) await endSessions(address, epoch)
    },

    async *list() {
      let after: string | undefined
      for (;;) {
        const page = await asPlatformCall(() => store.readPage(directory, after, pageSize))
        yield* page
        after = page.at(-1)?.accountId
        if (page.length < pageSize) return
      }
    },

    async observe(address) {
      const mailbox = await asPlatformCall(() => store.readMailbox(directory, address))
      if (!mailbox || !doveadm) return mailbox
      const usedBytes = await doveadm.usedBytes(address)
      return usedBytes === undefined ? mailbox : { ...mailbox, usedBytes }
    },

    ...(doveadm ? { filters: doveadm.filters } : {}),

    async probe() {
      await asPlatformCall(() => store.readPage(directory, undefined, 1))
      await doveadm?.probe()
    },

    async purge() {
      let purged = 0
      for (;;) {
        const due = await asPlatformCall(() =>
          store.listPurgeable(directory, clock.now(), pageSize),
        )
        for (const { accountId, address } of due) {
          // Files first: without its row Dovecot no longer knows where they lie.
          await doveadm?.deleteHome({ accountId, address })
          await asPlatformCall(() => store.forgetMailbox(directory, accountId, clock.now()))
          purged += 1
        }
        if (due.length < pageSize) return purged
      }
    },
  }
}

async function asPlatformCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw platformErrorOf(cause)
  }
}
