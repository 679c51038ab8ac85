// Shows that the proof `walls` would notice a missing wall: it takes the walls out of a copy, plays
// the same acts paused at the same awaits, and a stranger gets back in.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startChild } from '#test/bench/child.ts'
import { startTestServer } from '#test/support/database.ts'
import type { Played, Question } from './walls-unmended-part.ts'

const root = resolve(import.meta.dirname, '../..')

interface Wall {
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Occurrences in the file. Default: 1. */
  readonly times?: number
}

/**
 * Each wall hides a line of the table while it stands. The statement for known browsers stays, for
 * after an act of the owner it writes nothing and the sign-in takes the lock of the account too.
 */
const walls: readonly Wall[] = [
  {
    what: 'the lock demands epoch, state and session; without the wall it only locks',
    file: 'server/accounts/accounts/change-account.ts',
    from: `  if (!account || !isOfNow(proof, account)) return stale
  if (account.blockedAt || account.closedAt) return stale
  const isLeft = account.resetDemandedAt ?? account.closingAt
  if (isLeft && comingBack !== 'allowed') return stale
  if (proof.session && !(await isSessionAlive(trx, proof.session, account))) return stale
`,
    to: '  if (!account) return stale\n',
  },
  {
    what: 'a session of an earlier epoch is none',
    file: 'server/accounts/sessions/store.ts',
    from: "{ 'accounts.id': 'sessions.account_id', 'accounts.epoch': 'sessions.epoch' }",
    to: "{ 'accounts.id': 'sessions.account_id' }",
  },
  {
    what: 'a flow does not outlive its epoch',
    file: 'server/recovery/flow/store.ts',
    from: '\n  and a.epoch = f.epoch)`',
    to: ')`',
  },
  {
    what: 'a link to a new password dies with its epoch',
    file: 'server/recovery/backup-address/link-store.ts',
    from: 'and a.epoch = l.epoch ',
    to: '',
  },
  {
    what: 'a code for a contact dies with its epoch, when it is judged and when it is spent',
    file: 'server/recovery/contacts/store.ts',
    from: 'and a.id = c.account_id and a.epoch = c.epoch',
    to: 'and a.id = c.account_id',
    times: 2,
  },
  {
    what: 'a link to the mailbox can do less than one to a contact, and dies with its epoch',
    file: 'server/recovery/undo/undo-change.ts',
    from: 'const isOfContact = (undo: Undo) => contactReaders.includes(undo.reader)',
    to: 'const isOfContact = (_: Undo) => true',
  },
  {
    what: 'a link to the mailbox changes no method, and sets no password where a contact can',
    file: 'server/recovery/undo/undo-power.ts',
    from: "if (contactReaders.includes(reader)) return 'restore'",
    to: "if (reader) return 'restore'",
  },
  {
    what: 'an undo by a contact voids all other links',
    file: 'server/recovery/undo/undo-change.ts',
    from: 'await voidUndos(trx, accountId, at)',
    to: '',
  },
  {
    what: 'a contact that an undo takes away gets a notice',
    file: 'server/recovery/undo/take-back.ts',
    from: '      undone: gone,\n',
    to: '',
  },
]

/** @throws AssertionError if the wall is not in the file: the proof would compare nothing */
async function textWithout(
  folder: string,
  { what, file, from, to, times = 1 }: Wall,
): Promise<string> {
  const pieces = (await readFile(join(folder, file), 'utf8')).split(from)
  assert.equal(
    pieces.length - 1,
    times,
    `${file}: the text of “${what}” is not there, or too often`,
  )
  return pieces.join(to)
}

/** @throws AssertionError if a wall is not found */
export async function findWalls(): Promise<void> {
  for (const wall of walls) await textWithout(root, wall)
}

const copied = ['server', 'db', 'views', 'public', 'package.json', 'test']

/** Works with a copy of the portal without its walls. */
async function withoutWalls<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-unmended-'))
  try {
    for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const wall of walls)
      await writeFile(join(folder, wall.file), await textWithout(folder, wall))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function playIn(
  folder: string,
  question: Question,
  databaseServer: string,
): Promise<Played[]> {
  const file = pathToFileURL(join(folder, 'test/prove/walls-unmended-part.ts')).href
  const child = startChild<Question, Played[]>(file, { TEST_SERVER_URL: databaseServer })
  try {
    return await child.ask(question)
  } finally {
    await child.stop()
  }
}

const nameOf = ({ row, kept, owner }: Played) => `row ${row}, ${kept} × ${owner}`

function printTable(without: readonly Played[]): void {
  console.log(
    '| row | in flight or kept | then | first schedule that shows it: paused before | effects |',
  )
  console.log('| --- | --- | --- | --- | --- |')
  for (const { row, kept, owner, schedules, paused, isSeen, effects } of without) {
    const schedule = paused === undefined ? 'no race' : `await ${schedules}, ${paused}`
    console.log(
      `| ${row} | ${kept} | ${owner} | ${isSeen ? schedule : 'NOT SEEN'} | ${effects.join(', ')} |`,
    )
  }
}

/** Behind the walls the same schedules arrive at the same places and have no effect. */
function demandNothing(without: readonly Played[], behind: readonly Played[]): void {
  const broken = behind.filter(({ effects }) => effects.length > 0)
  assert.deepEqual(broken, [], 'with the walls nothing has an effect')
  const stuck = behind.filter(({ arrived }) => !arrived)
  assert.deepEqual(stuck.map(nameOf), [], 'with the walls the owner arrives as well')
  const placeOf = (played: Played) => `${nameOf(played)}: ${played.paused}`
  assert.deepEqual(
    behind.map(placeOf),
    without.map(placeOf),
    'with the walls each request is paused at the same place',
  )
}

export interface UnmendedFigures {
  readonly lines: number
  /** Lines that showed an effect without the walls. */
  readonly seen: number
  readonly schedules: number
  readonly effectsBehindWalls: number
}

/**
 * Plays each line of the table without walls until it is seen, and the same schedules with them.
 * @throws AssertionError if a line is not seen without walls, or anything has an effect behind them
 */
export async function proveWallsUnmended(): Promise<UnmendedFigures> {
  const server = await startTestServer()
  try {
    const without = await withoutWalls((folder) => playIn(folder, {}, server.url))
    printTable(without)
    const unseen = without.filter(({ isSeen }) => !isSeen)
    assert.deepEqual(unseen.map(nameOf), [], 'each line is seen without the walls')
    const counts = without.map(({ schedules }) => schedules)
    const behind = await playIn(root, { counts }, server.url)
    demandNothing(without, behind)
    const schedules = counts.reduce((sum, count) => sum + count, 0)
    const effectsBehindWalls = behind.reduce((sum, { effects }) => sum + effects.length, 0)
    return {
      lines: without.length,
      seen: without.length - unseen.length,
      schedules,
      effectsBehindWalls,
    }
  } finally {
    await server.stop()
  }
}
