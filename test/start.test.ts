// The portal as a newcomer starts it.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hanna } from './support/people.ts'
import { eventually } from './support/portal.ts'
import { type PortalProcess, startPortalProcess } from './support/process.ts'
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

test('one command shows the working portal, names its address, and a second start finds the same data', async () => {
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

test('SIGTERM lets requests finish and takes no new ones', async () => {
  const portal = await startPortalProcess({ ...env, ARGON2_MEMORY_KIB: '262144', ARGON2_PASSES: '6' })
  const visitor = createVisitor(portal.url)
  const token = await visitor.token()
  const body = new URLSearchParams({ _csrf: token, login: 'nobody', password: 'not the password' }).toString()
  const slow = visitor.send('/sign-in', body, { 'content-type': 'application/x-www-form-urlencoded' })
  await new Promise((done) => setTimeout(done, 400))
  const end = portal.end()
  assert.equal((await slow).status, 422)
  assert.equal(await end, 0)
  await assert.rejects(fetch(`${portal.url}/livez`))
})

test('a start with faulty settings says all of them and ends with 78', async () => {
  await assert.rejects(
    startPortalProcess({ PORTAL_ENV: 'production', CODE_MINUTES: 'ten' }),
    /ended with 78:[\s\S]*CODE_MINUTES[\s\S]*SECRET_KEYS is required in production/,
  )
})
