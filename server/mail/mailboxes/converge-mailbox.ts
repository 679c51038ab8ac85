// The worker's half: brings one mailbox on the platform to the wanted state. May run twice, late, or beside a newer change.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { isLocale, type Locale, type Texts } from '#server/kit/i18n/texts.ts'
import type { Task, TaskContext } from '#server/kit/jobs/worker.ts'
import { listOpeningAppPasswords } from '../app-passwords/store.ts'
import { carryOutDecisions } from '../filters/carry-out.ts'
import { holdBackFilters } from '../filters/hold-back.ts'
import { type MailPlatform, PlatformError } from '../mail-platform/mail-platform.ts'
import { blockedSentence } from '../mail-platform/refusal-words.ts'
import { enqueueConvergence, sealPurpose } from './want-mailbox.ts'
import {
  acknowledgeMailbox,
  findMailboxWork,
  type MailboxWork,
  noteFiltersEnded,
  noteMailboxFailure,
  notePasswordLive,
  noteSessionsEnded,
} from './work-store.ts'

export interface ConvergeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly platform: MailPlatform
  readonly texts: Texts
  readonly settings: { readonly baseUrl: string; readonly defaultLocale: Locale }
}

export function convergeMailboxTask(parts: ConvergeParts): Task {
  return async (payload, context) => {
    const accountId = String(payload.accountId)
    const work = await findMailboxWork(parts.db, accountId)
    if (!work) return
    try {
      await converge(parts, accountId, work)
    } catch (fault) {
      await handleFailure(parts, accountId, fault, context)
    }
  }
}

async function converge(parts: ConvergeParts, accountId: string, work: MailboxWork): Promise<void> {
  const { db, clock, keyring, platform, texts, settings } = parts
  if (work.removed) {
    await platform.remove(work.wanted)
  } else if (work.appliedRevision < work.wanted.revision) {
    // A password in another format was made for a platform that was left; the new one keeps what it has until the next change.
    const usable = work.passwordSealed !== null && work.passwordFormat === platform.passwordFormat
    const password = usable ? keyring.open(sealPurpose, work.passwordSealed ?? '') : null
    const locale = isLocale(work.locale) ? work.locale : settings.defaultLocale
    const { suspension } = work.wanted
    const suspensionReason = blockedSentence(texts, settings.baseUrl, { suspension, locale })
    await platform.apply({ ...work.wanted, suspensionReason, password })
    // Read after the revision: they are of that revision or newer, never older.
    if (platform.applyAppPasswords) {
      const passwords = await listOpeningAppPasswords(db, accountId)
      const { address, revision } = work.wanted
      await platform.applyAppPasswords({ accountId, address, revision, passwords })
    }
  }
  // Only after the platform refuses the old password: a mail program that reconnects in between must fail.
  if (work.sessionsToEnd) {
    await platform.endSessions(work.wanted.address)
    await noteSessionsEnded(db, accountId, work.endSessionsRevision)
  }
  if (!work.removed) await convergeFilters(parts, accountId, work)
  await acknowledgeMailbox(db, accountId, work.wanted.revision, clock.now())
}

/** Security: after the sessions, or a stranger who is still signed in switches the forwarding on again. */
async function convergeFilters(
  parts: ConvergeParts,
  accountId: string,
  work: MailboxWork,
): Promise<void> {
  const { db, clock } = parts
  const { address, revision } = work.wanted
  if (work.filtersToEnd) {
    // Where filters cannot be reached the new password opens mail all the same, and its owner may know.
    await notePasswordLive(db, accountId, revision, clock.now())
    await holdBackFilters(parts, { accountId, address })
    await noteFiltersEnded(db, accountId, work.endFiltersRevision)
  }
  await carryOutDecisions(parts, { accountId, address })
}

/** Waits as the platform says, or as the queue does (e^n seconds); after a day, or at once where trying again is useless, an operator must look. */
async function handleFailure(
  parts: ConvergeParts,
  accountId: string,
  fault: unknown,
  context: TaskContext,
): Promise<void> {
  const { db, clock } = parts
  const kind = fault instanceof PlatformError ? fault.kind : 'unknown'
  const message = fault instanceof Error ? fault.message.slice(0, 500) : 'fault'
  const givenUp = kind === 'permanent' || context.attempt >= context.maxAttempts
  await noteMailboxFailure(db, accountId, `${kind}: ${message}`, givenUp ? clock.now() : null)
  if (kind === 'permanent') return
  const wait = fault instanceof PlatformError ? fault.retryAfterSeconds : undefined
  if (wait !== undefined && !givenUp) {
    await db.transaction((trx) => enqueueConvergence(trx, accountId, wait))
    return
  }
  throw fault
}
