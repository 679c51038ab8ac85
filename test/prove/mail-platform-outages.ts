// People register and change passwords while Dovecot, doveadm and the directory are killed at random.
// Everything converges.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDatabase, type Db } from '#db/connection.ts'
import { reconcileMailboxes } from '#server/mail/mailboxes/reconcile/reconcile-mailboxes.ts'
import { tryImap } from '#test/mail-platform/mail-program.ts'
import { type PortalWithMail, startPortalWithMail } from '#test/mail-platform/portal-with-mail.ts'
import type { TestPlatform } from '#test/mail-platform/start.ts'
import { register } from '#test/support/people.ts'
import type { TestPortal } from '#test/support/portal.ts'

export interface Outages {
  readonly people: number
  readonly passwordChanges: number
  readonly kills: Readonly<Record<string, number>>
  /** After the last kill, with the waits of the queue cut short. */
  readonly convergedAfterSeconds: number
}

/** @throws AssertionError if something is lost, goes backwards or is acknowledged too early */
export async function proveOutages(
  trial: PortalWithMail,
  { seconds, atOnce }: { seconds: number; atOnce: number },
): Promise<Outages> {
  const directory = connectDatabase(trial.directoryUrl, 2)
  const server = connectDatabase(trial.portal.database.url, 1)
  try {
    return await tryOutages(trial, { directory, server }, seconds, atOnce)
  } finally {
    await directory.destroy()
    await server.destroy()
  }
}

async function tryOutages(
  trial: PortalWithMail,
  { directory, server }: { directory: Db; server: Db },
  seconds: number,
  atOnce: number,
): Promise<Outages> {
  await watchRevisions(directory)
  const end = performance.now() + seconds * 1000
  const isOver = () => performance.now() > end
  const kills: Record<string, number> = {}
  const passwords = new Map<string, string[]>()

  const people = Array.from({ length: atOnce }, (_, lane) =>
    live(trial.portal, lane, passwords, isOver),
  )
  const claims = watchClaims(trial.portal.db, directory, isOver)
  await Promise.all([...people, killAtRandom(trial, server, kills, isOver), claims])

  const stopped = performance.now()
  await converge(trial.portal.db)
  const convergedAfterSeconds = Math.round((performance.now() - stopped) / 100) / 10
  await checkEverybody(trial, directory, passwords)
  const passwordChanges = [...passwords.values()].reduce((sum, each) => sum + each.length - 1, 0)
  return { people: passwords.size, passwordChanges, kills, convergedAfterSeconds }
}

/** People who register and change their passwords, one after another. */
async function live(
  portal: TestPortal,
  lane: number,
  passwords: Map<string, string[]>,
  isOver: () => boolean,
) {
  for (let number = 0; !isOver(); number += 1) {
    const login = `lane${lane}.person${number}`
    const known = ['the first bench under the linden']
    const visitor = await register(portal, { login, password: known[0] ?? '' })
    passwords.set(`${login}@postern.example`, known)
    for (let change = 1; change <= 4 && !isOver(); change += 1) {
      const password = `bench number ${change} under the linden`
      const answer = await visitor.post('/account/password', { password })
      if (answer.status === 303) known.push(password)
      await sleep(Math.random() * 400)
    }
  }
}

async function killAtRandom(
  { mail, directoryUrl }: PortalWithMail,
  server: Db,
  kills: Record<string, number>,
  isOver: () => boolean,
) {
  const name = new URL(directoryUrl).pathname.slice(1)
  const outages = {
    dovecot: async () => {
      await mail.stopDovecot('SIGKILL')
      await sleep(Math.random() * 2000)
      await mail.startDovecot()
    },
    doveadm: async () => mail.killDoveadm(),
    connections: async () => closeConnections(server, name),
    directory: async () => {
      await server.raw('alter database ?? with allow_connections false', [name])
      await closeConnections(server, name)
      await sleep(Math.random() * 3000)
      await server.raw('alter database ?? with allow_connections true', [name])
    },
  }
  const kinds = Object.keys(outages) as (keyof typeof outages)[]
  while (!isOver()) {
    await sleep(Math.random() * 1500)
    const kind = kinds[Math.floor(Math.random() * kinds.length)] ?? 'dovecot'
    await outages[kind]()
    kills[kind] = (kills[kind] ?? 0) + 1
  }
}

const closeConnections = (server: Db, name: string) =>
  server.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = ?', [name])

/** The database itself notes every row that goes back to an older revision. */
async function watchRevisions(directory: Db): Promise<void> {
  await directory.raw(`
    create table went_back (address text);
    create function note_backwards() returns trigger language plpgsql as $$
      begin insert into went_back values (new.address); return new; end $$;
    create trigger note_backwards after update on mail_directory.mailboxes for each row
      when (new.revision < old.revision) execute function note_backwards()`)
}

/** What the portal calls applied must be in the directory already. */
async function watchClaims(portal: Db, directory: Db, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const claimed = await portal('mailboxes')
      .select('address', 'applied_revision')
      .where('applied_revision', '>', 0)
    const rows = await directory('mail_directory.mailboxes')
      .select('address', 'revision')
      .catch(() => undefined)
    const held = rows && new Map(rows.map((row) => [row.address, Number(row.revision)]))
    for (const { address, applied_revision } of held ? claimed : []) {
      assert.ok(
        (held?.get(address) ?? 0) >= Number(applied_revision),
        `${address} was claimed too early`,
      )
    }
    await sleep(200)
  }
}

/** Runs jobs that wait for another try at once. */
async function converge(db: Db): Promise<void> {
  for (const end = performance.now() + 60_000; ; ) {
    const open = await db('mailboxes')
      .whereRaw('applied_revision < revision')
      .count({ count: '*' })
      .first()
    if (Number(open?.count) === 0) return
    if (performance.now() > end)
      assert.fail(`do not converge: ${JSON.stringify(await describeOpen(db))}`)
    await db.raw(`select graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
      from graphile_worker.jobs where locked_at is null and run_at > now()`)
    await sleep(500)
  }
}

/** How each mailbox failed, and its job. */
const describeOpen = (db: Db) =>
  db('mailboxes as m')
    .whereRaw('applied_revision < revision')
    .select(
      'm.address',
      'm.revision',
      'm.applied_revision',
      'm.failures',
      'm.last_failure',
      'm.needs_operator_at',
    )
    .select(
      db.raw(
        `(select json_agg(j) from graphile_worker.jobs j
          where j.key = 'mailbox:' || m.account_id) as jobs`,
      ),
    )

/** Dovecot waits 1, 5, 25 … seconds before it connects to its database again. */
async function tryWhenBack(
  mail: TestPlatform,
  auth: { user: string; pass: string },
): Promise<string> {
  for (const end = performance.now() + 60_000; ; await sleep(500)) {
    const answer = await tryImap(mail, auth)
    const isBack = !/^Temporary|Unexpected close/.test(answer)
    if (isBack || performance.now() > end) return answer
  }
}

async function checkEverybody(
  { portal, mail }: PortalWithMail,
  directory: Db,
  passwords: Map<string, string[]>,
): Promise<void> {
  assert.deepEqual(await directory('went_back'), [], 'no revision went backwards')
  const reconciled = await reconcileMailboxes(portal, false)
  assert.deepEqual(reconciled.differences, [])
  assert.ok(reconciled.wanted >= passwords.size)
  assert.equal(
    Number(
      (await portal.db('mailboxes').whereNotNull('needs_operator_at').count({ count: '*' }).first())
        ?.count,
    ),
    0,
  )
  const check = async ([user, known]: [string, string[]]) => {
    assert.equal(await tryWhenBack(mail, { user, pass: known.at(-1) ?? '' }), 'ok', user)
    const old = known.at(-2)
    if (old)
      assert.match(await tryWhenBack(mail, { user, pass: old }), /Authentication failed/, user)
  }
  // A refusal takes two seconds: several at once.
  const people = [...passwords]
  while (people.length > 0) await Promise.all(people.splice(0, 20).map(check))
}

export async function proveMailPlatformOutages(seconds: number): Promise<Outages> {
  const world = await startPortalWithMail({ env: () => ({ LOG_LEVEL: 'error' }) })
  return proveOutages(world, { seconds, atOnce: 4 }).finally(() => world.stop())
}
