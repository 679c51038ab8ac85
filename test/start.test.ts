import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hanna } from './support/people.ts'
import { eventually } from './support/portal.ts'
import { freePorts } from './support/ports.ts'
import { type PortalProcess, startPortalProcess } from './support/process.ts'
import { converse } from './support/raw-http.ts'
import { createVisitor } from './support/visitor.ts'

let folder: string
let env: Record<string, string>
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-start-'))
  await chmod(folder, 0o711)
  env = { DATA_DIR: folder, ARGON2_MEMORY_KIB: '1024' }
})
after(() => rm(folder, { recursive: true, force: true }))

const isReady = async ({ url }: PortalProcess) => {
  const visitor = createVisitor(url)
  await visitor.post('/sign-in', { ...hanna })
  return /Ready/.test((await visitor.get('/account')).html)
}

test('one command starts a working portal, and the next start finds the same data', async () => {
  const first = await startPortalProcess(env)
  assert.match(first.output(), new RegExp(`localhost:${new URL(first.url).port}`))
  assert.match(first.output(), /\/dev\/outbox/)
  const visitor = createVisitor(first.url)
  assert.equal((await visitor.post('/register', { ...hanna })).status, 303)
  await eventually(() => isReady(first))
  assert.equal(await first.end(), 0, first.output())
  assert.doesNotMatch(first.output(), /while stopping/)

  const second = await startPortalProcess(env)
  assert.equal(await isReady(second), true)
  await second.end('SIGKILL')

  const third = await startPortalProcess(env)
  assert.equal(await isReady(third), true, 'a killed portal leaves a database that starts again')
  assert.equal(await third.end(), 0)
})

test('after SIGTERM requests finish and new ones are refused', async () => {
  const portal = await startPortalProcess({
    ...env,
    ARGON2_MEMORY_KIB: '262144',
    ARGON2_PASSES: '6',
  })
  const visitor = createVisitor(portal.url)
  const token = await visitor.token()
  const body = new URLSearchParams({
    _csrf: token,
    login: 'nobody',
    password: 'not the password',
  }).toString()
  const slow = visitor.send('/sign-in', body, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  await new Promise((done) => setTimeout(done, 400))
  const end = portal.end()
  assert.equal((await slow).status, 422)
  assert.equal(await end, 0)
  await assert.rejects(fetch(`${portal.url}/livez`))
})

test('a restart is announced, serves visitors meanwhile, and takes under ten seconds', async () => {
  const [metricsPort, lmtpPort] = await freePorts(2)
  const portal = await startPortalProcess({
    ...env,
    DRAIN_SECONDS: '2',
    METRICS_PORT: String(metricsPort),
    ABUSE_LMTP_PORT: String(lmtpPort),
  })
  const port = Number(new URL(portal.url).port)
  const silent = [port, port, metricsPort as number, lmtpPort as number].map((each) =>
    converse(each, []),
  )
  const half = converse(port, [
    'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
  ])
  const seen: string[] = []
  const visitor = createVisitor(portal.url)
  assert.equal((await visitor.get('/readyz')).status, 200)
  const begun = performance.now()
  const end = portal.end()
  for (;;) {
    const ready = await visitor.get('/readyz').catch(() => undefined)
    const page = await visitor.get('/sign-in').catch(() => undefined)
    if (!ready || !page) break
    seen.push(`${ready.status} ${page.status}`)
    await sleep(100)
  }
  assert.equal(await end, 0, portal.output())
  assert.ok(performance.now() - begun < 10_000, `it took ${performance.now() - begun} ms`)
  // The signal may arrive a moment after the first request.
  assert.deepEqual([...new Set(seen.slice(1))], ['503 200'])
  assert.ok(seen.length >= 5, seen.join())
  await Promise.all([...silent, half])
})

test('metrics and LMTP listen on loopback unless their own addresses are set', async () => {
  const reaches = async (host: string, port: number) =>
    await new Promise<boolean>((done) => {
      const socket = connect(port, host, () => done(true))
      socket.once('connect', () => socket.destroy())
      socket.once('error', () => done(false))
    })
  // Every address of 127.0.0.0/8 is this machine, but each one is separate.
  const other = '127.0.0.2'
  const [webPort, metricsPort, lmtpPort] = (await freePorts(3)) as [number, number, number]
  const ports = {
    PORT: String(webPort),
    METRICS_PORT: String(metricsPort),
    ABUSE_LMTP_PORT: String(lmtpPort),
  }
  const wide = await startPortalProcess({ ...env, ...ports, HOST: '0.0.0.0' })
  const open = await Promise.all(
    [webPort, metricsPort, lmtpPort].map((port) => reaches(other, port)),
  )
  const local = await Promise.all([metricsPort, lmtpPort].map((port) => reaches('127.0.0.1', port)))
  await wide.end()
  assert.deepEqual(
    [open, local],
    [
      [true, false, false],
      [true, true],
    ],
  )

  const own = await startPortalProcess({
    ...env,
    ...ports,
    METRICS_HOST: other,
    ABUSE_LMTP_HOST: other,
  })
  const moved = await Promise.all(
    [webPort, metricsPort, lmtpPort].map((port) => reaches(other, port)),
  )
  await own.end()
  assert.deepEqual(moved, [false, true, true])
})

test('a start with faulty settings lists all faults and ends with 78', async () => {
  await assert.rejects(
    startPortalProcess({ PORTAL_ENV: 'production', CODE_MINUTES: 'ten' }),
    /ended with 78:[\s\S]*CODE_MINUTES[\s\S]*SECRET_KEYS is required in production/,
  )
})

test('compiled code is kept beside the packages, never in a folder of all users', async () => {
  const shared = await mkdtemp(join(tmpdir(), 'postern-shared-'))
  await assert.rejects(startPortalProcess({ TMPDIR: shared, CODE_MINUTES: 'ten' }), /ended with 78/)
  assert.deepEqual(await readdir(shared), [])
  const kept = await readdir(new URL('../node_modules/.cache/postern', import.meta.url))
  assert.ok(kept.length > 0)
  await rm(shared, { recursive: true })
})
