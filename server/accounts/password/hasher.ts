/** Hashes and checks passwords, no more at once than there are processors. Why so: docs/decisions/0002. */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type Algorithm, hash as argon2Hash, verify as argon2Verify, parseOptions } from 'argon2'
import { normalizePassword } from '#server/core/passwords/password-policy.ts'
import { createLine } from './hashing-line.ts'
import { hashesAtOnce, yieldToEventLoop } from './hashing-threads.ts'

/** Part of the hasher's contract, so it is found where the hasher is. */

export interface PasswordHasher {
  /** A PHC string in the order m,t,p (Dovecot refuses any other). @throws {BusyError} */
  hash(password: string): Promise<string>
  /**
   * Whether the password is right. `null` where there is no account: the same work, and always false.
   * @param placed a place was taken before
   * @throws {BusyError}
   */
  verify(phc: string | null, password: string, placed?: 'placed'): Promise<boolean>
  /** Whether a verifier was made with smaller parameters than the present ones, or by another scheme. */
  needsRehash(phc: string): boolean
  /**
   * A place in the line before anything else is spent: whoever has one is not sent away any more.
   * @returns gives it back, once the hash is done or is not wanted
   * @throws {BusyError}
   */
  takePlace(): () => void
  /** Hashes running and waiting, for metrics. */
  load(): { running: number; waiting: number }
}

export interface HasherOptions {
  memoryKib: number
  passes: number
  /** Hashes at once; as many as processors where absent. */
  parallel?: number
  /** Nobody is let into the line who would wait longer than this, in milliseconds. */
  maxWaitMs?: number
}

const ARGON2ID = 2 as Algorithm.Argon2id

/** A request may stand in line twice (old password, new hash) and must be through in 2 s, its queries included. */
const MAX_WAIT_MS = 600

/** A hash of 19 MiB and two passes while ten times as many are wanted as there is room for (`npm run bench`): twice what it takes alone. */
const FLOOD_MS_PER_KIB = 25 / (2 * 19_456)

export function createHasher(options: HasherOptions): PasswordHasher {
  const parameters = {
    algorithm: ARGON2ID,
    memoryCost: options.memoryKib,
    timeCost: options.passes,
    parallelism: 1,
    outputLen: 32,
  }
  const hashNow = (password: string) => argon2Hash(normalizePassword(password), parameters)
  // Made at the start: the first unknown name must not cost two hashes, and the pool's threads exist from then on.
  const dummy = hashNow(randomBytes(32).toString('base64url')).finally(yieldToEventLoop)
  dummy.catch(() => {}) // Told where it is awaited.
  const parallel = options.parallel ?? hashesAtOnce(availableParallelism())
  const line = createLine(
    parallel,
    options.maxWaitMs ?? MAX_WAIT_MS,
    FLOOD_MS_PER_KIB * options.memoryKib * options.passes,
  )

  return {
    hash: (password) => line.run(() => hashNow(password)),
    verify: (phc, password, placed) =>
      line.run(async () => {
        // Security: an unknown name costs what a wrong password costs.
        const right = await argon2Verify(phc ?? (await dummy), normalizePassword(password))
        return right && phc !== null
      }, placed),
    needsRehash(phc) {
      try {
        const made = parseOptions(phc)
        const smaller =
          made.memoryCost < parameters.memoryCost || made.timeCost < parameters.timeCost
        return smaller || made.algorithm !== ARGON2ID
      } catch {
        return true
      }
    },
    takePlace: line.takePlace,
    load: line.load,
  }
}
