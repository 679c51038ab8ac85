// Keeps a report of Dovecot for the owner of the mailbox that it is about.
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
  /** Roughly where a network address is. */
  readonly placeOf: (ip: string) => string
}

/** What nobody's mailbox is meant by is not kept. */
export async function noteReport(parts: NoteParts, report: SignInReport): Promise<void> {
  const { db, clock, keyring, settings, placeOf } = parts
  const { login, service, appPasswordId } = report
  // People type the name alone; whose mailbox they mean is plain all the same.
  const meant = login.includes('@')
    ? [login]
    : settings.mailDomains.map((domain) => `${login}@${domain}`)
  const target = await findTarget(db, meant)
  if (!target) return
  const { accountId } = target
  const at = clock.now()
  // Security: of a password only this is kept, and it says nothing without the key: 12 bits, of which a thief of the database would sort out
  // guesses otherwise.
  const mark = keyring
    .digest('client-sign-ins.mark', `${accountId}\n${report.passwordHash}`)
    .subarray(0, 16)
  const outcome = outcomeOf(report, target)
  const good = outcome === 'succeeded'
  const length = good ? 24 * msPerHour : msPerHour
  const bucket = new Date(Math.floor(at.getTime() / length) * length)
  const place = placeOf(report.ip)
  await recordSignIn(db, {
    ...{ accountId, bucket, service, outcome, appPasswordId, place, at },
    mark: good ? Buffer.alloc(0) : mark,
  })
  if (!good) return
  // Of a good sign-in to SMTP Dovecot tells under the session's login (ADDRESS#EPOCH): its mark would fit nothing that comes later.
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
  // Dovecot calls the right password of a shut mailbox a success, and hangs up all the same.
  if (shut) return 'blocked'
  return succeeded ? 'succeeded' : 'refused'
}
