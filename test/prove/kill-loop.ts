// Kills the portal repeatedly at random moments of registrations, and checks that nothing
// acknowledged was lost.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase, type Db } from '#db/connection.ts'
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

/** Each query counts violations as `n`. */
export const invariants: Readonly<Record<string, string>> = {
  'an account without its wanted mailbox': `
    select count(*)::int as n from accounts a
    left join mailboxes m on m.account_id = a.id where m.account_id is null`,
  'an account without its claims': `
    select count(*)::int as n from accounts a
    where (select count(distinct kind) from claims c where c.account_id = a.id) <> 2`,
  'a claim without its account': `
    select count(*)::int as n from claims c
    left join accounts a on a.id = c.account_id where a.id is null`,
  'an account without the record of its creation': `
    select count(*)::int as n from accounts a where (
      select count(*) from activity e
      where e.account_id = a.id and e.event = 'account.created') <> 1`,
  'a mailbox that the directory does not have': `
    select count(*)::int as n from mailboxes m
    left join mail_directory.mailboxes d on d.account_id = m.account_id
    where d.account_id is null`,
  'a second mailbox': `
    select count(*)::int as n from (
      select address from mail_directory.mailboxes group by address having count(*) > 1) twice`,
  'a directory row that nobody wanted': `
    select count(*)::int as n from mail_directory.mailboxes d
    left join mailboxes m on m.account_id = d.account_id where m.account_id is null`,
  'a mailbox whose password is not the account’s': `
    select count(*)::int as n from accounts a
    join mail_directory.mailboxes d on d.account_id = a.id
    where d.password is distinct from a.password_verifier`,
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** Registers one person after the other. A broken connection is no acknowledgement. */
async function registerSteadily(
  urlOf: () => string,
  prefix: string,
  acknowledged: string[],
  isOver: () => boolean,
) {
  for (let n = 0; !isOver(); n++) {
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

async function startDatabase(folder: string) {
  await chmod(folder, 0o711)
  const options = ['-c', 'fsync=off', '-c', 'max_connections=200']
  const postgres = await startEmbeddedPostgres(folder, options)
  return { postgres, databaseUrl: await ensureDatabase(postgres, 'portal') }
}

/** Kills the portal during registrations. @returns the names whose registration was acknowledged */
async function killRepeatedly(
  rounds: number,
  env: Record<string, string>,
): Promise<{ portal: PortalProcess; acknowledged: string[] }> {
  let portal = await startPortalProcess(env)
  const acknowledged: string[] = []
  let isOver = false
  const urlOf = () => portal.url
  const clients = ['anna', 'boris', 'clara', 'denis'].map((prefix) =>
    registerSteadily(urlOf, prefix, acknowledged, () => isOver),
  )
  for (let round = 0; round < rounds; round++) {
    // Each round has one acknowledgement, even on a busy machine, and then ends at a random moment.
    const before = acknowledged.length
    for (let waited = 0; acknowledged.length === before && waited < 5000; waited += 10)
      await pause(10)
    await pause(Math.random() * 250)
    await portal.end('SIGKILL')
    portal = await startPortalProcess(env)
  }
  isOver = true
  await Promise.all(clients)
  return { portal, acknowledged }
}

/** @returns the number of accounts */
async function checkNothingLost(db: Db, acknowledged: readonly string[]): Promise<number> {
  for (const [fault, sql] of Object.entries(invariants)) {
    const { rows } = await db.raw(sql)
    assert.equal(rows[0].n, 0, fault)
  }
  const addresses = acknowledged.map((login) => `${login}@postern.example`)
  const found = await db('accounts').whereIn('address', addresses).select('address')
  assert.equal(found.length, acknowledged.length, 'an acknowledged registration was lost')
  assert.equal(new Set(acknowledged).size, acknowledged.length, 'a name was given out twice')
  return Number((await db('accounts').count({ n: '*' }).first())?.n)
}

/** @param rounds how often the portal is killed */
export async function proveKillLoop(rounds: number): Promise<KillLoopFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-kill-'))
  const { postgres, databaseUrl } = await startDatabase(folder)
  const { portal, acknowledged } = await killRepeatedly(rounds, {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    LIMIT_REGISTRATIONS_PER_IP_HOUR: '1000000',
    LOG_LEVEL: 'error',
  })
  const db = connectDatabase(databaseUrl, 4)
  const begun = performance.now()
  const isDone = async () => {
    const pending = db('mailboxes').whereRaw('applied_revision < revision')
    return (await pending.count({ n: '*' }).first())?.n === '0'
  }
  try {
    await eventually(isDone, 60)
    const secondsToConverge = (performance.now() - begun) / 1000
    const accounts = await checkNothingLost(db, acknowledged)
    return { rounds, acknowledged: acknowledged.length, accounts, secondsToConverge }
  } finally {
    await db.destroy()
    await portal.end()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
