// Kills the portal repeatedly at random moments of closings, returns and ends, and checks that each
// account is whole: open, being closed, or gone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase, type Db } from '#db/connection.ts'
import { ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { verifyActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { createKeyring, type Keyring } from '#server/core/keys/keyring.ts'
import { putBackupAddress } from '#server/recovery/backup-address/store.ts'
import { putPhone } from '#server/recovery/phone/store.ts'
import { underLock } from '#test/support/account-lock.ts'
import { eventually } from '#test/support/portal.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'
import { createVisitor, type Visitor } from '#test/support/visitor.ts'

export interface ClosingFigures {
  readonly rounds: number
  readonly closings: number
  /** People who came back in time, were let in, and found their contacts. */
  readonly returns: number
  /** People who wanted to come back, and found that the days were over. */
  readonly late: number
  readonly gone: number
  /** Accounts that ended between the kills. */
  readonly goneBetween: number
  readonly open: number
  /** Accounts that were being closed when the portal was killed, over all kills. */
  readonly underWay: number
  readonly secondsToEnd: number
}

const secretKey = 'key-of-the-closings-0123456789abcdefghij'
const password = 'a sentence of those who leave'

/** Tables that may still name a closed account. */
const stay = ['claims', 'mailboxes', 'security_questions', 'audit', 'reports']

/** Each query counts violations as `n`, at any moment. */
const always: Readonly<Record<string, string>> = {
  'a closing without its shut mailbox, or a shut mailbox without a closing': `
    select count(*)::int as n from accounts a join mailboxes m on m.account_id = a.id
    where a.closed_at is null and m.closing <> (a.closing_at is not null)`,
  'a closing with a session': `
    select count(*)::int as n from accounts a join sessions s on s.account_id = a.id
    where a.closing_at is not null`,
  'a closing whose owner was not told': `
    select count(*)::int as n from accounts a where a.closed_at is null and (
      select count(*) from messages m where m.owner_id = a.id and m.name = 'account-closing')
      < (select count(*) from activity e
        where e.account_id = a.id and e.event = 'account.closing')`,
  'a closing without its entry, or an entry without its closing': `
    select count(*)::int as n from accounts a where a.closed_at is null and (
      select count(*) filter (where event = 'account.closing')
        - count(*) filter (where event = 'account.kept')
      from activity e where e.account_id = a.id) <> (a.closing_at is not null)::int`,
  'a closing without the job of its end': `
    select count(*)::int as n from accounts a where a.closing_at is not null and not exists (
      select from graphile_worker._private_jobs j where j.key = 'closing:end:' || a.id)
      and a.closes_at > now()`,
  'an open account without password, mailbox or name': `
    select count(*)::int as n from accounts a left join mailboxes m on m.account_id = a.id
    where a.closed_at is null and (a.password_verifier not like '$argon2id$%'
      or m.account_id is null or m.removed_at is not null or m.password_sealed is null
      or (select count(*) from claims c where c.account_id = a.id and c.kind like 'login%') <> 2)`,
  'a contact without its claim, or a claim without its contact': `
    select count(*)::int as n from accounts a where
      (select count(*) from claims c where c.account_id = a.id and c.kind not like 'login%')
      <> (select count(*) from phones p where p.account_id = a.id)
        + (select count(*) from backup_addresses b where b.account_id = a.id)`,
  'a closed account with a password, a mailbox, a name less, or a word that waits': `
    select count(*)::int as n from accounts a join mailboxes m on m.account_id = a.id
    where a.closed_at is not null and (a.password_verifier <> 'closed' or a.closing_at is not null
      or m.removed_at is null or m.password_sealed is not null
      or (select count(*) from claims c where c.account_id = a.id) <> 2
      or exists (select from messages w where w.owner_id = a.id and w.payload is not null))`,
  'a closed account whose record was not folded once': `
    select count(*)::int as n from accounts a where a.closed_at is not null and (
      select count(*) from activity e where e.event = 'activity.folded'
        and e.details->>'account' = a.id::text) <> 1`,
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

interface Noted {
  /** Logins whose closing was acknowledged, and nothing afterwards. */
  readonly closed: Set<string>
  /** How many claims each of them has: its name has two, and so have its contacts. */
  readonly kept: Map<string, number>
  closings: number
  late: number
}

interface Crowd {
  readonly db: Db
  readonly keyring: Keyring
  readonly urlOf: () => string
  readonly isOver: () => boolean
  /** The days in which people can come back. */
  readonly seconds: number
  readonly noted: Noted
}

async function giveContacts({ db, keyring }: Crowd, login: string): Promise<void> {
  const account = await db('accounts')
    .where({ address: `${login}@postern.example` })
    .first('id')
  const at = new Date()
  const since = { accountId: account.id, confirmedAt: at, provenAt: at, at }
  const number = 1_000_000 + Math.floor(Math.random() * 8_999_999)
  const address = `${randomUUID()}@elsewhere.example`
  await underLock(db, account.id, async (trx) => {
    await putPhone(trx, keyring, { ...since, e164: `+37529${number}` })
    await putBackupAddress(trx, keyring, { ...since, address, canonical: address })
  })
}

/** When its contacts become free; undefined if the closing was not acknowledged. */
async function leave(
  crowd: Crowd,
  visitor: Visitor,
  login: string,
): Promise<'now' | 'after' | undefined> {
  const registered = await visitor.post('/register', { login, password })
  if (registered.status !== 303) return undefined
  await giveContacts(crowd, login)
  const contacts = Math.random() < 0.3 ? 'now' : 'after'
  const left = await visitor.post('/account/close', { confirm: 'on', contacts })
  if (left.location !== '/account/closed') return undefined
  crowd.noted.closed.add(login)
  crowd.noted.closings += 1
  return contacts
}

/** `again`: nobody knows yet. */
async function askToKeep(visitor: Visitor, login: string): Promise<'kept' | 'late' | 'again'> {
  const at = await visitor.post('/sign-in', { login, password })
  // The answer to an earlier try was cut off.
  if (at.location === '/account') return 'kept'
  if (at.errors.includes('password.wrong')) return 'late'
  if (at.location !== '/account/closed') return 'again'
  const kept = await visitor.post('/sign-in/keep', {}, { from: '/account/closed' })
  return kept.location === '/account' ? 'kept' : 'again'
}

/** Tries until it is known, as people do whose network breaks. */
async function comeBack(crowd: Crowd, login: string, claims: number): Promise<void> {
  const { noted, urlOf, isOver } = crowd
  if (isOver()) return
  // Whether it happened is unknown until the answer is there.
  noted.closed.delete(login)
  while (!isOver()) {
    const said = await askToKeep(createVisitor(urlOf()), login).catch(() => 'again')
    if (said === 'kept') noted.kept.set(login, claims)
    if (said === 'late') noted.closed.add(login)
    if (said === 'late') noted.late += 1
    if (said !== 'again') return
    await pause(100)
  }
}

/** One person after the other registers and leaves; half of them come back, some too late. */
async function leaveSteadily(crowd: Crowd, prefix: string): Promise<void> {
  const returns: Promise<void>[] = []
  for (let nth = 0; !crowd.isOver(); nth++) {
    const login = `${prefix}.n${nth}x`
    try {
      const contacts = await leave(crowd, createVisitor(crowd.urlOf()), login)
      if (!contacts || Math.random() < 0.5) continue
      const claims = contacts === 'now' ? 2 : 4
      const waitMs = Math.random() * 1.1 * crowd.seconds * 1000
      returns.push(pause(waitMs).then(() => comeBack(crowd, login, claims)))
    } catch {
      // A broken connection is no acknowledgement.
      await pause(20)
    }
  }
  await Promise.all(returns)
}

const countOf = async (db: Db, sql: string): Promise<number> => (await db.raw(sql)).rows[0].n

async function checkWhole(db: Db): Promise<void> {
  for (const [fault, sql] of Object.entries(always)) assert.equal(await countOf(db, sql), 0, fault)
}

const gone = 'select count(*)::int as n from accounts where closed_at is not null'
const underWay = 'select count(*)::int as n from accounts where closing_at is not null'

/** Of every table that names an account, none has a row of a closed one. */
async function checkNothingLeft(db: Db): Promise<void> {
  const { rows } = await db.raw(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'account_id'`,
  )
  for (const { name } of rows as { name: string }[]) {
    if (stay.includes(name)) continue
    const left = `select count(*)::int as n from ${name} t join accounts a on a.id = t.account_id
      where a.closed_at is not null`
    assert.equal(await countOf(db, left), 0, name)
  }
  const passwords = `select count(*)::int as n from mail_directory.mailboxes d
    join accounts a on a.id = d.account_id
    where a.closed_at is not null and (d.password is not null or d.removed_at is null)`
  assert.equal(await countOf(db, passwords), 0, 'a password in the directory')
}

async function checkAcknowledged(db: Db, { closed, kept }: Noted): Promise<void> {
  const { rows } = await db.raw(
    `select split_part(address, '@', 1) as login, closed_at is not null as gone,
       (select count(*)::int from claims c where c.account_id = a.id) as claims
     from accounts a`,
  )
  const found = new Map(rows.map((row: { login: string }) => [row.login, row]))
  const stateOf = (login: string) => {
    const { gone, claims } = found.get(login) as { gone: boolean; claims: number }
    return { gone, claims }
  }
  for (const login of closed) assert.equal(stateOf(login).gone, true, `${login} is not gone`)
  for (const [login, claims] of kept)
    assert.deepEqual(stateOf(login), { gone: false, claims }, `${login} was not kept`)
}

interface Running {
  portal: PortalProcess | undefined
  isOver: boolean
}

async function killRepeatedly(
  rounds: number,
  env: Record<string, string>,
  crowd: Omit<Crowd, 'urlOf' | 'isOver'>,
  running: Running,
): Promise<number> {
  let seenUnderWay = 0
  const urlOf = () => running.portal?.url ?? ''
  const whole = { ...crowd, urlOf, isOver: () => running.isOver }
  running.portal = await startPortalProcess(env)
  const clients = ['anna', 'boris', 'clara', 'denis'].map((prefix) => leaveSteadily(whole, prefix))
  for (let round = 0; round < rounds; round++) {
    // Each round has one acknowledgement, even on a busy machine, and then ends at a random moment.
    const before = crowd.noted.closings
    for (let waited = 0; crowd.noted.closings === before && waited < 8000; waited += 10)
      await pause(10)
    await pause(Math.random() * 400)
    await running.portal.end('SIGKILL')
    await pause(50)
    seenUnderWay += await countOf(crowd.db, underWay)
    await checkWhole(crowd.db)
    running.portal = await startPortalProcess(env)
  }
  running.isOver = true
  await Promise.all(clients)
  return seenUnderWay
}

/** Waits until every closing has ended, and checks what is left. */
async function checkEnd(db: Db, keyring: Keyring, noted: Noted) {
  const begun = performance.now()
  const pending = 'select count(*)::int as n from mailboxes where applied_revision < revision'
  const isDone = async () =>
    (await countOf(db, underWay)) === 0 && (await countOf(db, pending)) === 0
  await eventually(isDone, 150)
  const secondsToEnd = (performance.now() - begun) / 1000
  await checkWhole(db)
  await checkNothingLeft(db)
  await checkAcknowledged(db, noted)
  for await (const broken of verifyActivity(db, keyring)) assert.fail(broken.fault)
  const open = 'select count(*)::int as n from accounts where closed_at is null'
  const { closings, kept, late } = noted
  return {
    closings,
    returns: kept.size,
    late,
    gone: await countOf(db, gone),
    open: await countOf(db, open),
    secondsToEnd,
  }
}

/**
 * @param rounds how often the portal is killed
 * @param seconds the days in which people can come back
 */
export async function proveClosings(rounds: number, seconds: number): Promise<ClosingFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-closings-'))
  await chmod(folder, 0o711)
  const options = ['-c', 'fsync=off', '-c', 'max_connections=200']
  const postgres = await startEmbeddedPostgres(folder, options)
  const databaseUrl = await ensureDatabase(postgres, 'portal')
  const db = connectDatabase(databaseUrl, 4)
  const noted: Noted = { closed: new Set(), kept: new Map(), closings: 0, late: 0 }
  const keyring = createKeyring([secretKey])
  const running: Running = { portal: undefined, isOver: false }
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    SECRET_KEYS: secretKey,
    CLOSING_DAYS: String((seconds * 1000) / msPerDay),
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    LIMIT_REGISTRATIONS_PER_IP_HOUR: '1000000',
    // A kill between a counted try and its answer leaves the count.
    LIMIT_SIGN_IN_FAILURES: '1000',
    LOG_LEVEL: 'error',
  }
  try {
    const crowd = { db, keyring, noted, seconds }
    const seenUnderWay = await killRepeatedly(rounds, env, crowd, running)
    const goneBetween = await countOf(db, gone)
    const atEnd = await checkEnd(db, keyring, noted)
    return { rounds, underWay: seenUnderWay, goneBetween, ...atEnd }
  } finally {
    running.isOver = true
    await running.portal?.end()
    await db.destroy()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
