// Hashes and verifies passwords, at most one for each processor at a time: docs/decisions/0002.
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type Algorithm, hash as argon2Hash, verify as argon2Verify, parseOptions } from 'argon2'
import { normalizePassword } from '#server/core/passwords/password-policy.ts'
import { createLine } from './hashing-line.ts'
import { hashesAtOnce, yieldToEventLoop } from './hashing-threads.ts'

export interface PasswordHasher {
  /** Returns a PHC string in the order m,t,p: Dovecot takes no other. @throws {BusyError} */
  hash(password: string): Promise<string>
  /**
   * @param phc `null` if there is no account: costs the same, and the result is false
   * @param placed the caller holds a place of `takePlace`
   * @throws {BusyError}
   */
  verify(phc: string | null, password: string, placed?: 'placed'): Promise<boolean>
  /** True if the verifier has smaller parameters than the settings, or another scheme. */
  needsRehash(phc: string): boolean
  /** For a later hash. Returns a function that gives the place back. @throws {BusyError} */
  takePlace(): () => void
  load(): { running: number; waiting: number }
}

export interface HasherOptions {
  memoryKib: number
  passes: number
  /** Hashes at once. Default: one for each processor, as far as the thread pool has room. */
  parallel?: number
  maxWaitMs?: number
}

const ARGON2ID = 2 as Algorithm.Argon2id

/** A request may queue twice (old password, new hash), and should end within 2 s in all. */
const MAX_WAIT_MS = 600

/** One hash during a flood, as `npm run bench` measured it: twice what it takes alone. */
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
  // Made at the start, so that the first unknown name also costs just one hash.
  // This also starts the pool's threads, which `yieldToEventLoop` needs.
  const dummy = hashNow(randomBytes(32).toString('base64url')).finally(yieldToEventLoop)
  dummy.catch(() => {}) // `verify` throws the fault. Here it would end the process.
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
        // Security: An unknown name costs what a wrong password costs.
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
