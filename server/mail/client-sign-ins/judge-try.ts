// What Dovecot is told before it looks at a password: whether the network that sent it guesses at this mailbox.
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

/** `look` at the password, at once or after a wait, or `refuse` it unseen. */
export type Verdict =
  | { readonly kind: 'look'; readonly waitSeconds: number }
  | { readonly kind: 'refuse' }

/** Security: a right password is never delayed for longer than this, whatever others behind its network do. Dovecot takes whole seconds. */
const waitSeconds = 1

/** Known and unknown names alike: the pair is of what was typed. */
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

/**
 * Different passwords are counted, not tries: a program that goes on with an old password is one guess, however often it comes.
 * What signed in from this network before is looked at without a wait.
 */
export async function judgeTry(parts: JudgeParts, asked: AskedTry): Promise<Verdict> {
  const { limitClientPasswords, limitClientGuessesPerHour } = parts.settings
  const found = tryOf(parts, asked)
  const since = new Date(found.at.getTime() - msPerHour)
  const { wasGoodHere, others } = await countTry(parts.db, found, since, limitClientGuessesPerHour)
  if (wasGoodHere || others < limitClientPasswords) return { kind: 'look', waitSeconds: 0 }
  return others < limitClientGuessesPerHour ? { kind: 'look', waitSeconds } : { kind: 'refuse' }
}
