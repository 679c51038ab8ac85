import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectDatabase } from '#db/connection.ts'
import { type EmbeddedPostgres, ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { hanna, piotr } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { freePort } from '#test/support/ports.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'
import { createVisitor } from '#test/support/visitor.ts'

let folder: string
let port: number
let server: EmbeddedPostgres
let portal: PortalProcess
let url: string
const start = () => startEmbeddedPostgres(folder, ['-c', 'fsync=off'], port)

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-away-'))
  await chmod(folder, 0o711)
  port = await freePort()
  server = await start()
  url = await ensureDatabase(server, 'portal')
  portal = await startPortalProcess({
    DATABASE_URL: url,
    DATA_DIR: folder,
    ARGON2_MEMORY_KIB: '1024',
  })
})
after(async () => {
  await portal.end()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a portal answers 503 while its database is away, then works without a restart', async () => {
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
  assert.equal(
    (await stranger.get('/sign-in')).status,
    200,
    'a page that needs no data is still there',
  )
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

const zoya = { login: 'zoya', password: 'a lake between two woods' }

/** Shows what browsers and load balancers get during a fault, and that the fault's end ends it. */
async function triedWithout(lose: string[], giveBack: string[]): Promise<void> {
  const db = connectDatabase(url, 1)
  try {
    const visitor = createVisitor(portal.url)
    await visitor.get('/register')
    assert.equal((await visitor.get('/readyz')).status, 200)
    for (const statement of lose) await db.raw(statement)
    await eventually(async () => {
      const answer = await visitor.post('/register', { ...zoya })
      assert.notEqual(answer.status, 500)
      return (
        answer.status === 503 &&
        answer.page === 'unavailable' &&
        Number(answer.headers.get('retry-after')) > 0
      )
    })
    // The answer yes is kept for a second.
    await eventually(async () => (await visitor.get('/readyz')).status === 503, 5)
    assert.equal((await visitor.get('/livez')).status, 200)
    for (const statement of giveBack) await db.raw(statement)
    await eventually(async () => (await visitor.get('/readyz')).status === 200)
    // This connection sees the change a moment after the portal's.
    await eventually(
      async () =>
        (await db.raw('show transaction_read_only')).rows[0].transaction_read_only === 'off',
    )
    assert.equal((await db('accounts').where('address', 'like', `${zoya.login}@%`)).length, 0)
  } finally {
    await db.destroy()
  }
}

test('a portal answers 503 and is not ready while its database is read-only', async () => {
  await triedWithout(
    ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'],
    ['alter system reset all', 'select pg_reload_conf()'],
  )
})

for (const [code, what] of [
  ['53100', 'has no room on its disk'],
  ['53200', 'has no memory left'],
]) {
  test(`a portal answers 503 and is not ready while its database ${what} (${code})`, async () => {
    await triedWithout(
      [
        `create function refuse() returns trigger language plpgsql
          as $$ begin raise 'no' using errcode = '${code}'; end $$`,
        'create trigger refuse before insert on accounts for each row execute function refuse()',
      ],
      ['drop trigger refuse on accounts', 'drop function refuse'],
    )
  })
}
