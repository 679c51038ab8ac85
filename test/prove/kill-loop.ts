// Kills the portal at random moments under registrations, again and again, and looks whether anything acknowledged was lost.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase } from '#db/connection.ts'
import { ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { eventually } from '#test/support/portal.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'
import { createVisitor } from '#test/support/visitor.ts'

export interface KillLoopFigures {
  readonly rounds: number
  readonly acknowledged: number
  readonly accounts: number
  readonly secondsToConverge: number
}

/** Each is a count that must be zero. */
export const invariants: Readonly<Record<string, string>> = {
  'an account without its wanted mailbox':
    'select count(*)::int as n from accounts a left join mailboxes m on m.account_id = a.id where m.account_id is null',
  'an account without its claims': `select count(*)::int as n from accounts a
     where (select count(distinct kind) from claims c where c.account_id = a.id) <> 2`,
  'a claim without its account':
    'select count(*)::int as n from claims c left join accounts a on a.id = c.account_id where a.id is null',
  'an account without the record of its creation': `select count(*)::int as n from accounts a
     where (select count(*) from activity e where e.account_id = a.id and e.event = 'account.created') <> 1`,
  'a mailbox that the directory does not have': `select count(*)::int as n from mailboxes m
     left join mail_directory.mailboxes d on d.account_id = m.account_id where d.account_id is null`,
  'a second mailbox': `select count(*)::int as n from (select address from mail_directory.mailboxes group by address having count(*) > 1) twice`,
  'a directory row that nobody wanted': `select count(*)::int as n from mail_directory.mailboxes d
     left join mailboxes m on m.account_id = d.account_id where m.account_id is null`,
  'a mailbox whose password is not the account’s': `select count(*)::int as n from accounts a
     join mail_directory.mailboxes d on d.account_id = a.id where d.password is distinct from a.password_verifier`,
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** Registers one person after the other until told to stop. A broken connection is no acknowledgement. */
async function registerSteadily(
  urlOf: () => string,
  prefix: string,
  acknowledged: string[],
  stopped: () => boolean,
) {
  for (let n = 0; !stopped(); n++) {
    const login = `${prefix}.n${n}x`
    try {
      const answer = await createVisitor(urlOf()).post('/register', {
        login,
        password: `a sentence for ${n} and one`,
      })
      if (answer.status === 303) acknowledged.push(login)
    } catch {
      await pause(20)
    }
  }
}

/** @param rounds how often the portal is killed */
export async function proveKillLoop(rounds: number): Promise<KillLoopFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-kill-'))
  await chmod(folder, 0o711)
  const postgres = await startEmbeddedPostgres(folder, [
    '-c',
    'fsync=off',
    '-c',
    'max_connections=200',
  ])
  const databaseUrl = await ensureDatabase(postgres, 'portal')
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    LIMIT_REGISTRATIONS_PER_IP_HOUR: '1000000',
    LOG_LEVEL: 'error',
  }
  let portal: PortalProcess = await startPortalProcess(env)
  const acknowledged: string[] = []
  let over = false
  const clients = ['anna', 'boris', 'clara', 'denis'].map((prefix) =>
    registerSteadily(
      () => portal.url,
      prefix,
      acknowledged,
      () => over,
    ),
  )
  for (let round = 0; round < rounds; round++) {
    // At least one acknowledgement a round, however busy the machine is; then a random moment.
    const before = acknowledged.length
    for (let waited = 0; acknowledged.length === before && waited < 5000; waited += 10)
      await pause(10)
    await pause(Math.random() * 250)
    await portal.end('SIGKILL')
    portal = await startPortalProcess(env)
  }
  over = true
  await Promise.all(clients)

  const db = connectDatabase(databaseUrl, 4)
  const begun = performance.now()
  try {
    const pending = async () =>
      (await db('mailboxes').whereRaw('applied_revision < revision').count({ n: '*' }).first())
        ?.n === '0'
    await eventually(pending, 60)
    const secondsToConverge = (performance.now() - begun) / 1000
    for (const [fault, sql] of Object.entries(invariants)) {
      const { rows } = await db.raw(sql)
      assert.equal(rows[0].n, 0, fault)
    }
    const found = await db('accounts')
      .whereIn(
        'address',
        acknowledged.map((login) => `${login}@postern.example`),
      )
      .select('address')
    assert.equal(found.length, acknowledged.length, 'an acknowledged registration was lost')
    assert.equal(new Set(acknowledged).size, acknowledged.length, 'a name was given out twice')
    const accounts = Number((await db('accounts').count({ n: '*' }).first())?.n)
    return { rounds, acknowledged: acknowledged.length, accounts, secondsToConverge }
  } finally {
    await db.destroy()
    await portal.end()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
