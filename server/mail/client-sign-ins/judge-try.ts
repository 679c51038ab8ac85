// Tells Dovecot whether to check a password, or whether its network is guessing.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { AskedTry } from './read-report.ts'
import { countTry, type Try } from './try-store.ts'

export interface JudgeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: {
    readonly limitClientPasswords: number
    readonly limitClientGuessesPerHour: number
  }
}

export type Verdict =
  | { readonly kind: 'look'; readonly waitSeconds: number }
  | { readonly kind: 'refuse' }

// Security: A right password waits a second at most, unless its network has used up all guesses.
// Then only a password that was right there before is let through.
const waitSeconds = 1

/** The pair is network and typed name, so unknown names count alike. */
export function tryOf(
  { keyring, clock }: Pick<JudgeParts, 'keyring' | 'clock'>,
  asked: AskedTry,
): Try {
  const pair = keyring.digest('client-sign-ins.pair', `${networkOf(asked.ip)}\n${asked.login}`)
  const mark = keyring.digest(
    'client-sign-ins.try',
    `${pair.toString('hex')}\n${asked.passwordHash}`,
  )
  return { pair, mark: mark.subarray(0, 8), at: clock.now() }
}

/** Counts different passwords: a program that repeats one makes one guess. */
export async function judgeTry(parts: JudgeParts, asked: AskedTry): Promise<Verdict> {
  const { limitClientPasswords, limitClientGuessesPerHour } = parts.settings
  const found = tryOf(parts, asked)
  const since = new Date(found.at.getTime() - msPerHour)
  const { wasGoodHere, others } = await countTry(parts.db, found, since, limitClientGuessesPerHour)
  if (wasGoodHere || others < limitClientPasswords) return { kind: 'look', waitSeconds: 0 }
  return others < limitClientGuessesPerHour ? { kind: 'look', waitSeconds } : { kind: 'refuse' }
}
