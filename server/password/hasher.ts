/** Hashes and checks passwords, no more at once than there are processors. */
import { availableParallelism } from 'node:os'
import { type Algorithm, hash as argon2Hash, verify as argon2Verify, parseOptions } from 'argon2'
import { normalizePassword } from '#server/core/password-policy.ts'

/** The line is full: answer 503 with Retry-After at once, so that those who wait are served in time. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  readonly retryAfterSeconds = 2
}

export interface PasswordHasher {
  /** A PHC string in the order m,t,p (Dovecot refuses any other). @throws {BusyError} */
  hash(password: string): Promise<string>
  /** Whether the password is right. `null` where there is no account: the same work, and always false. @throws {BusyError} */
  verify(phc: string | null, password: string): Promise<boolean>
  /** Whether a verifier was made with smaller parameters than the present ones, or by another scheme. */
  needsRehash(phc: string): boolean
  /** Hashes running and waiting, for metrics. */
  load(): { running: number; waiting: number }
}

export interface HasherOptions {
  memoryKib: number
  passes: number
  /** As many at once; the number of processors. */
  parallel?: number
  /** How many may wait beyond these. */
  line?: number
}

const ARGON2ID = 2 as Algorithm.Argon2id

export function createHasher(options: HasherOptions): PasswordHasher {
  const parameters = {
    algorithm: ARGON2ID,
    memoryCost: options.memoryKib,
    timeCost: options.passes,
    parallelism: 1,
    outputLen: 32,
  }
  const parallel = options.parallel ?? availableParallelism()
  const line = options.line ?? parallel * 8
  let running = 0
  const waiting: (() => void)[] = []

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= parallel) {
      if (waiting.length >= line) throw new BusyError('the password line is full')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  let dummy: Promise<string> | null = null
  const dummyHash = () => (dummy ??= argon2Hash('', parameters))

  return {
    hash: (password) => inTurn(() => argon2Hash(normalizePassword(password), parameters)),
    verify: (phc, password) =>
      inTurn(async () => {
        const right = await argon2Verify(phc ?? (await dummyHash()), normalizePassword(password))
        return right && phc !== null
      }),
    needsRehash(phc) {
      try {
        const made = parseOptions(phc)
        return (
          made.algorithm !== ARGON2ID || made.memoryCost < parameters.memoryCost || made.timeCost < parameters.timeCost
        )
      } catch {
        return true
      }
    },
    load: () => ({ running, waiting: waiting.length }),
  }
}
