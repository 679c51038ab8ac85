// Stores a report of Dovecot for the owner of the mailbox.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { noteAppPasswordUse } from '../app-passwords/store.ts'
import { tryOf } from './judge-try.ts'
import type { SignInReport } from './read-report.ts'
import { findTarget, noteGoodMark, type Outcome, recordSignIn, type Target } from './store.ts'
import { noteGoodTry } from './try-store.ts'

export interface NoteParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: { readonly mailDomains: readonly string[] }
  /** @returns roughly where a network address is */
  readonly placeOf: (ip: string) => string
}

/** Drops a report whose login has no mailbox here. */
export async function noteReport(parts: NoteParts, report: SignInReport): Promise<void> {
  const { db, clock, keyring, settings, placeOf } = parts
  const { login, service, appPasswordId } = report
  // Some people type the name without its domain.
  const meant = login.includes('@')
    ? [login]
    : settings.mailDomains.map((domain) => `${login}@${domain}`)
  const target = await findTarget(db, meant)
  if (!target) return
  const { accountId } = target
  const at = clock.now()
  // Security: Neither the hash of a password nor a whole network address is kept in clear.
  // With even 12 bits of a hash, a thief of the database could rule out most guesses.
  const pair = `${accountId}\n${report.passwordHash}`
  const mark = keyring.digest('client-sign-ins.mark', pair).subarray(0, 16)
  const outcome = outcomeOf(report, target)
  const good = outcome === 'succeeded'
  const length = good ? 24 * msPerHour : msPerHour
  const bucket = new Date(Math.floor(at.getTime() / length) * length)
  const place = placeOf(report.ip)
  const kept = good ? Buffer.alloc(0) : mark
  const signIn = { accountId, bucket, service, outcome, appPasswordId, place, at, mark: kept }
  await recordSignIn(db, signIn)
  if (!good) return
  // Dovecot hashes a good SMTP password together with ADDRESS#EPOCH.
  // Refused sign-ins have a plain ADDRESS, so this mark would match none.
  if (service !== 'smtp') {
    await noteGoodMark(db, { accountId, mark, appPasswordId, at })
    await noteGoodTry(db, tryOf(parts, report))
  }
  if (appPasswordId)
    await noteAppPasswordUse(db, { accountId, id: appPasswordId, service, place, at })
}

function outcomeOf(
  { login, service, succeeded, wasLookedAt }: SignInReport,
  { suspension }: Target,
): Outcome {
  if (!login.includes('@')) return 'short-name'
  if (!wasLookedAt) return 'not-judged'
  const shut =
    suspension === 'login' || suspension === 'all' || (suspension === 'send' && service === 'smtp')
  // Dovecot reports a success if the password was right, blocked or not.
  if (shut) return 'blocked'
  return succeeded ? 'succeeded' : 'refused'
}
