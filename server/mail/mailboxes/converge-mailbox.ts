// The job that brings one mailbox to its wanted state. It may run twice or late.
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
  const { db, clock, platform, texts, settings } = parts
  if (work.removed) {
    await platform.remove(work.wanted)
  } else if (work.appliedRevision < work.wanted.revision) {
    const password = openPassword(parts, work)
    const locale = isLocale(work.locale) ? work.locale : settings.defaultLocale
    const { suspension } = work.wanted
    const { closing } = work
    const about = { suspension, closing, locale }
    const suspensionReason = blockedSentence(texts, settings.baseUrl, about)
    await platform.apply({ ...work.wanted, suspensionReason, password })
    // Read after the revision, the app passwords cannot be older than it.
    if (platform.applyAppPasswords) {
      const passwords = await listOpeningAppPasswords(db, accountId)
      const { address, revision } = work.wanted
      await platform.applyAppPasswords({ accountId, address, revision, passwords })
    }
  }
  // Sessions end last: a mail program that reconnects now needs the new password.
  if (work.sessionsToEnd) {
    await platform.endSessions(work.wanted.address)
    await noteSessionsEnded(db, accountId, work.endSessionsRevision)
  }
  if (!work.removed) await convergeFilters(parts, accountId, work)
  await acknowledgeMailbox(db, accountId, work.wanted.revision, clock.now())
}

/** Null if it was stored for another platform: this one keeps what it has. */
function openPassword({ keyring, platform }: ConvergeParts, work: MailboxWork): string | null {
  const { passwordSealed, passwordFormat } = work
  if (passwordSealed === null || passwordFormat !== platform.passwordFormat) return null
  return keyring.open(sealPurpose, passwordSealed)
}

/** Security: Filters are switched off after sessions end, since a session could switch them on. */
async function convergeFilters(
  parts: ConvergeParts,
  accountId: string,
  work: MailboxWork,
): Promise<void> {
  const { db, clock } = parts
  const { address, revision } = work.wanted
  if (work.filtersToEnd) {
    await notePasswordLive(db, accountId, revision, clock.now())
    await holdBackFilters(parts, { accountId, address })
    await noteFiltersEnded(db, accountId, work.endFiltersRevision)
  }
  await carryOutDecisions(parts, { accountId, address })
}

/**
 * Tries again when the platform asks for it, or else the queue (e^n seconds).
 * Calls the operator after the last try, or at once if no other would help.
 */
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
