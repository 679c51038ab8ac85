import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type EmbeddedPostgres, ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { hanna, piotr } from './support/people.ts'
import { eventually } from './support/portal.ts'
import { freePort } from './support/ports.ts'
import { type PortalProcess, startPortalProcess } from './support/process.ts'
import { createVisitor } from './support/visitor.ts'

let folder: string
let port: number
let server: EmbeddedPostgres
let portal: PortalProcess
const start = () => startEmbeddedPostgres(folder, ['-c', 'fsync=off'], port)

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-away-'))
  await chmod(folder, 0o711)
  port = await freePort()
  server = await start()
  const url = await ensureDatabase(server, 'portal')
  portal = await startPortalProcess({ DATABASE_URL: url, DATA_DIR: folder, ARGON2_MEMORY_KIB: '1024' })
})
after(async () => {
  await portal.end()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('the database goes away and comes back: 503 meanwhile, then all is as before without a restart', async () => {
  const visitor = createVisitor(portal.url)
  assert.equal((await visitor.post('/register', { ...hanna })).status, 303)
  await eventually(async () => /Ready/.test((await visitor.get('/account')).html))
  const token = await visitor.token('/account')

  await server.stop()
  const account = await visitor.get('/account')
  assert.equal(account.status, 503)
  assert.equal(account.page, 'unavailable')
  assert.ok(Number(account.headers.get('retry-after')) > 0)
  const stranger = createVisitor(portal.url)
  assert.equal((await stranger.get('/sign-in')).status, 200, 'a page that needs no data is still there')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ _csrf: await stranger.token(), ...piotr }).toString()
  assert.equal((await stranger.send('/register', body, form)).status, 503)
  assert.equal((await stranger.send('/sign-in', body, form)).status, 503)
  assert.equal((await stranger.get('/readyz')).status, 503)
  assert.equal((await stranger.get('/livez')).status, 200)

  server = await start()
  await eventually(async () => (await visitor.get('/account')).status === 200)
  assert.equal((await stranger.get('/readyz')).status, 200)
  assert.ok(token)
  const later = createVisitor(portal.url)
  assert.equal(
    (await later.post('/register', { ...piotr })).status,
    303,
    'the refused registration left nothing behind',
  )
  await eventually(async () => /Ready/.test((await later.get('/account')).html), 20)
})
