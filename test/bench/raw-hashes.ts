// The machine's limit: nothing but password hashes, on all processors.
import { availableParallelism } from 'node:os'
import { type Algorithm, hash, verify } from 'argon2'
import { answerParent } from './child.ts'

export interface HashRun {
  readonly memoryKib: number
  readonly passes: number
  readonly seconds: number
}

export interface HashRate {
  readonly perSecond: number
  /** CPU milliseconds of one hash. */
  readonly cpuMs: number
}

answerParent<HashRun, HashRate>(async ({ memoryKib, passes, seconds }) => {
  const parameters = {
    algorithm: 2 as Algorithm.Argon2id,
    memoryCost: memoryKib,
    timeCost: passes,
    parallelism: 1,
  }
  const phc = await hash('a password of usual length', { ...parameters, outputLen: 32 })
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const end = begun + seconds * 1000
  let count = 0
  const loop = async () => {
    while (performance.now() < end) {
      await verify(phc, 'another password')
      count += 1
    }
  }
  // One more than threads, so that no thread ever waits.
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, loop))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: count / ((performance.now() - begun) / 1000),
    cpuMs: (user + system) / 1000 / count,
  }
})
