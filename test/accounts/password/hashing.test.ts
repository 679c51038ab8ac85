import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { getPriority } from 'node:os'
import { test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createHasher } from '#server/accounts/password/hasher.ts'
import { createLine } from '#server/accounts/password/hashing-line.ts'
import {
  HASHING_NICENESS,
  hashesAtOnce,
  poolThreads,
} from '#server/accounts/password/hashing-threads.ts'
import { BusyError } from '#server/core/faults.ts'

const small = { memoryKib: 64, passes: 1 }
const execute = promisify(execFile)

test('the hasher accepts the right password, and no other', async () => {
  const hasher = createHasher(small)
  const phc = await hasher.hash('Зорка над возерам 7')
  assert.equal(await hasher.verify(phc, 'Зорка над возерам 7'), true)
  assert.equal(await hasher.verify(phc, 'Зорка над возерам 8'), false)
  assert.equal(await hasher.verify(null, 'Зорка над возерам 7'), false)
  assert.equal(await hasher.verify(null, ''), false)
})

test('a verifier is argon2id, with parameters in the order that Dovecot reads', async () => {
  const phc = await createHasher({ memoryKib: 128, passes: 3 }).hash('a password')
  assert.match(phc, /^\$argon2id\$v=19\$m=128,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
})

test('two hashes of the same password differ', async () => {
  const hasher = createHasher(small)
  assert.notEqual(await hasher.hash('one password'), await hasher.hash('one password'))
})

test('composed and decomposed letters make the same password', async () => {
  const hasher = createHasher(small)
  const phc = await hasher.hash('крыжо\u0439 na\u00efve')
  assert.equal(await hasher.verify(phc, 'крыжо\u0438\u0306 nai\u0308ve'), true)
})

test('a verifier is replaced if its scheme differs or parameters grew', async () => {
  const made = await createHasher({ memoryKib: 128, passes: 2 }).hash('a password')
  const needs = (memoryKib: number, passes: number, phc = made) =>
    createHasher({ memoryKib, passes }).needsRehash(phc)
  assert.equal(needs(128, 2), false)
  assert.equal(needs(64, 1), false)
  assert.equal(needs(129, 2), true)
  assert.equal(needs(128, 3), true)
  assert.equal(needs(128, 2, made.replace('argon2id', 'argon2i')), true)
  assert.equal(needs(128, 2, '$6$rounds=5000$salt$hash'), true)
})

test('in a flood of sign-ins the queue stays short: the rest is refused at once', async () => {
  const hasher = createHasher({ memoryKib: 1024, passes: 1, parallel: 2, maxWaitMs: 0 })
  const faults: unknown[] = []
  const flood = Array.from({ length: 50 }, () =>
    hasher.verify(null, 'x').catch((fault) => faults.push(fault)),
  )
  // One turn of the event loop: a slow machine may refuse those that wait too, but only later.
  await setImmediate()
  assert.equal(faults.length, 46, 'two run, two wait')
  assert.ok(faults.every((fault) => fault instanceof BusyError))
  await Promise.all(flood)
  assert.deepEqual(hasher.load(), { running: 0, waiting: 0 })
  assert.equal(await hasher.verify(null, 'x'), false, 'after the flood all is as before')
})

test('a place in the queue is refused exactly while a hash would be refused', async () => {
  const hasher = createHasher({ memoryKib: 1024, passes: 1, parallel: 1, maxWaitMs: 0 })
  hasher.takePlace()()
  const all = [1, 2].map(() => hasher.verify(null, 'x'))
  assert.throws(() => hasher.takePlace(), BusyError)
  await assert.rejects(hasher.verify(null, 'x'), BusyError)
  await Promise.allSettled(all)
  hasher.takePlace()()
})

test('a place counts before its hash begins, and is given back once', async () => {
  // Work that takes no time: a slow machine would refuse hashes that wait.
  const line = createLine(1, 0, 1)
  const leave = line.takePlace()
  assert.throws(() => line.takePlace(), BusyError, 'one place may be taken while none runs')
  const others = [1, 2].map(() => line.run(async () => 'served'))
  assert.equal(await line.run(async () => 'served', 'placed'), 'served')
  leave()
  leave()
  await Promise.all(others)
  line.takePlace()
  assert.throws(() => line.takePlace(), BusyError, 'a place that was given back twice counts once')
})

test('no more hashes run at once than the hasher may run in parallel', async () => {
  const hasher = createHasher({ memoryKib: 1024, passes: 1, parallel: 2, maxWaitMs: 60_000 })
  let most = 0
  const all = Array.from({ length: 12 }, async () => {
    await hasher.verify(null, 'x')
    most = Math.max(most, hasher.load().running)
  })
  assert.deepEqual(hasher.load(), { running: 2, waiting: 10 })
  await Promise.all(all)
  assert.equal(most, 2)
})

test('waiting hashes run in the order in which they came', async () => {
  const hasher = createHasher({ ...small, parallel: 1, maxWaitMs: 60_000 })
  const served: number[] = []
  await Promise.all(
    Array.from({ length: 9 }, (_, place) =>
      hasher.verify(null, 'x').then(() => served.push(place)),
    ),
  )
  assert.deepEqual(served, [0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('the slower the hashes, the shorter the queue', async () => {
  const placesWhereOneTakes = async (ms: number, floodMs = 1) => {
    const line = createLine(1, 200, floodMs)
    for (let learning = 0; learning < 32; learning += 1) await line.run(() => setTimeout(ms))
    const all = Array.from({ length: 300 }, () => line.run(() => setTimeout(0)).catch(() => 'busy'))
    return (await Promise.all(all)).filter((outcome) => outcome !== 'busy').length
  }
  const wanted = [
    placesWhereOneTakes(2),
    placesWhereOneTakes(40),
    placesWhereOneTakes(2, 20),
  ] as const
  const [quick, slow, flooded] = await Promise.all(wanted)
  assert.ok(slow >= 2 && slow <= 8, `${slow} places where one takes 40 ms`)
  assert.ok(quick > slow * 3, `${quick} places where one takes 2 ms`)
  assert.equal(flooded, 11, 'places where one will take 20 ms once there is a flood')
})

test('work that waited too long is refused, and the work behind it is done', async () => {
  const line = createLine(1, 200, 1)
  let go = () => {}
  const first = line.run(() => new Promise<void>((done) => (go = done)))
  const early = [1, 2, 3].map(() => line.run(async () => 'served').catch((fault) => fault))
  await setTimeout(550)
  const late = line.run(async () => 'served')
  go()
  assert.deepEqual(
    (await Promise.all(early)).map((outcome) => outcome instanceof BusyError),
    [true, true, true],
  )
  assert.equal(await late, 'served')
  await first
  assert.deepEqual(line.load(), { running: 0, waiting: 0 })
})

test('a hash that fails gives its place back', async () => {
  const hasher = createHasher({ ...small, parallel: 1 })
  await assert.rejects(hasher.verify('not a verifier', 'x'))
  assert.deepEqual(hasher.load(), { running: 0, waiting: 0 })
  assert.equal(await hasher.verify(null, 'x'), false)
})

test('an unknown name costs what a wrong password costs', async () => {
  const hasher = createHasher({ memoryKib: 4096, passes: 1, parallel: 1 })
  const phc = await hasher.hash('a password')
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let round = 0; round < 60; round += 1) {
    for (const who of ['known', 'unknown'] as const) {
      const before = process.cpuUsage()
      await hasher.verify(who === 'known' ? phc : null, 'wrong')
      const { user, system } = process.cpuUsage(before)
      times[who].push(user + system)
    }
  }
  // Processor time, not the clock, and its lower quartile: other work on the machine counts little.
  const usual = (list: number[]) => list.sort((a, b) => a - b)[15] ?? 0
  const ratio = usual(times.unknown) / usual(times.known)
  assert.ok(ratio > 0.8 && ratio < 1.25, `ratio ${ratio}`)
})

test('hashes leave threads of the pool to files and DNS', () => {
  assert.equal(hashesAtOnce(1), 1)
  assert.equal(hashesAtOnce(2), 2)
  const pool = poolThreads().length || 4
  assert.equal(hashesAtOnce(64), pool - 2)
})

test('hashing threads have a lower priority than the event loop on Linux', async () => {
  await createHasher(small).hash('a password')
  const threads = poolThreads()
  // Only Linux gives threads a priority of their own.
  assert.equal(threads.length > 0, process.platform === 'linux')
  for (const thread of threads) assert.equal(getPriority(thread), HASHING_NICENESS)
  assert.ok(getPriority(process.pid) < HASHING_NICENESS, 'the event loop keeps its own')
})

test('the thread pool grows with the processors, unless its size is set', async () => {
  const script = `
    import { widenThreadPool } from '#server/kit/settings/config.ts'
    import { hashesAtOnce } from '#server/accounts/password/hashing-threads.ts'
    import { createHasher } from '#server/accounts/password/hasher.ts'
    widenThreadPool(6)
    await createHasher({ memoryKib: 64, passes: 1 }).hash('a password')
    console.log(hashesAtOnce(6), process.env.UV_THREADPOOL_SIZE)`
  const run = async (set: Record<string, string>) => {
    const { UV_THREADPOOL_SIZE: _, ...env } = process.env
    const options = { env: { ...env, ...set }, cwd: new URL('../../..', import.meta.url) }
    return (
      await execute(process.execPath, ['--input-type=module', '--eval', script], options)
    ).stdout.trim()
  }
  // Outside of Linux four threads are assumed.
  const shown = process.platform === 'linux'
  assert.equal(await run({}), shown ? '6 8' : '2 8')
  assert.equal(await run({ UV_THREADPOOL_SIZE: '5' }), shown ? '3 5' : '2 5')
})
