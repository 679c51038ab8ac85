// Writes the mail directory, which Dovecot and Postfix read.
// doveadm makes Dovecot notice a change at once.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { inDovecotOrder } from '../argon2id.ts'
import type {
  Applied,
  MailPlatform,
  ObservedMailbox,
  WantedAppPasswords,
  WantedMailbox,
} from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { writeAppPasswords } from './app-password-store.ts'
import { platformErrorOf } from './directory-error.ts'
import { createDoveadm, type Doveadm, type DoveadmSettings } from './doveadm.ts'
import { readMailbox, readPage } from './read-store.ts'
import * as store from './store.ts'

export interface DovecotPlatformParts {
  readonly directory: Db
  /** Without it, open sessions go on after a change. */
  readonly doveadm?: DoveadmSettings
  readonly clock: Clock
  /** How long a removed mailbox keeps its letters; 30 by default. */
  readonly quarantineDays?: number
  readonly pageSize?: number
}

export interface DovecotPlatform extends MailPlatform {
  /** Deletes files and rows. @returns how many mailboxes */
  purge(): Promise<number>
}

interface Parts {
  readonly directory: Db
  readonly doveadm: Doveadm | undefined
  readonly clock: Clock
  readonly quarantineDays: number
  readonly pageSize: number
}

export function createDovecotPlatform(given: DovecotPlatformParts): DovecotPlatform {
  const { directory, clock, quarantineDays = 30, pageSize = 500 } = given
  const doveadm = given.doveadm && createDoveadm(given.doveadm)
  const parts: Parts = { directory, clock, quarantineDays, pageSize, doveadm }
  return {
    id: 'dovecot',
    passwordFormat: 'argon2id',
    reportsSignIns: true,
    reportsUsedBytes: doveadm !== undefined,
    apply: (wanted) => apply(parts, wanted),
    applyAppPasswords: (wanted) => applyAppPasswords(parts, wanted),
    remove: (mailbox) => quarantine(parts, mailbox),
    async endSessions(address) {
      const epoch = await asPlatformCall(() => store.startSessionEpoch(directory, address))
      if (epoch !== undefined) await endSessions(parts, address, epoch)
    },
    list: () => listMailboxes(parts),
    observe: (address) => observe(parts, address),
    ...(doveadm ? { filters: doveadm.filters } : {}),
    async probe() {
      await asPlatformCall(() => readPage(directory, undefined, 1))
      await doveadm?.probe()
    },
    purge: () => purge(parts),
  }
}

async function write({ directory, clock }: Parts, wanted: WantedMailbox) {
  const attempt = () => store.writeMailbox(directory, wanted, clock.now())
  try {
    return await attempt()
  } catch (cause) {
    const error = platformErrorOf(cause)
    if (error.kind !== 'unknown') throw error
    // The statement overwrites no newer revision, so it can run again.
    return asPlatformCall(attempt)
  }
}

async function apply(parts: Parts, wanted: WantedMailbox): Promise<Applied> {
  const password = wanted.password && inDovecotOrder(wanted.password)
  const result = await write(parts, { ...wanted, password })
  const { address } = wanted
  if (!result.addressesFree)
    throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
  if (!result.written) return { kind: 'superseded', revision: result.revision }
  // Security: Sessions end after the row has changed, and a repeated call ends those that are left.
  if (result.endSessionsBefore !== undefined)
    await endSessions(parts, address, result.endSessionsBefore)
  else if (!result.created) await parts.doveadm?.flush([address])
  return { kind: 'applied', revision: result.revision }
}

async function endSessions(
  { directory, doveadm }: Parts,
  address: string,
  epoch: number,
): Promise<void> {
  if (!doveadm) return
  await doveadm.endSessions([address])
  await asPlatformCall(() => store.noteSessionsEnded(directory, address, epoch))
}

async function applyAppPasswords(
  { directory }: Parts,
  wanted: WantedAppPasswords,
): Promise<Applied> {
  const result = await asPlatformCall(() => writeAppPasswords(directory, wanted))
  if (!result) throw new PlatformError('retry', 'app passwords came before their mailbox')
  return { kind: result.written ? 'applied' : 'superseded', revision: result.revision }
}

async function quarantine(
  { directory, doveadm, clock, quarantineDays }: Parts,
  { accountId, address }: { readonly accountId: string; readonly address: string },
): Promise<void> {
  const now = clock.now()
  const purgeAfter = new Date(now.getTime() + quarantineDays * msPerDay)
  await asPlatformCall(() => store.quarantineMailbox(directory, accountId, now, purgeAfter))
  await doveadm?.endSessions([address])
}

async function* listMailboxes({ directory, pageSize }: Parts): AsyncGenerator<ObservedMailbox> {
  let after: string | undefined
  for (;;) {
    const page = await asPlatformCall(() => readPage(directory, after, pageSize))
    yield* page
    after = page.at(-1)?.accountId
    if (page.length < pageSize) return
  }
}

async function observe(
  { directory, doveadm }: Parts,
  address: string,
): Promise<ObservedMailbox | undefined> {
  const mailbox = await asPlatformCall(() => readMailbox(directory, address))
  if (!mailbox || !doveadm) return mailbox
  const usedBytes = await doveadm.usedBytes(address)
  return usedBytes === undefined ? mailbox : { ...mailbox, usedBytes }
}

async function purge({ directory, doveadm, clock, pageSize }: Parts): Promise<number> {
  let purged = 0
  for (;;) {
    const due = await asPlatformCall(() => store.listPurgeable(directory, clock.now(), pageSize))
    for (const { accountId, address } of due) {
      // Files first: without the row, Dovecot does not find them.
      await doveadm?.deleteHome({ accountId, address })
      await asPlatformCall(() => store.forgetMailbox(directory, accountId, clock.now()))
      purged += 1
    }
    if (due.length < pageSize) return purged
  }
}

async function asPlatformCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw platformErrorOf(cause)
  }
}
