// One process of the proof `walls-unmended`. It plays the table of what survived a recovery against
// the server beside this file.
import assert from 'node:assert/strict'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { answerParent } from '#test/bench/child.ts'
import { arrive } from '#test/support/people.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { forgetLimits } from '#test/support/recovery/recovery.ts'
import {
  pendingCode,
  pressUndo,
  strangersPassword,
  undoInMailbox,
} from '#test/support/recovery/walls-world.ts'
import {
  afterSteps,
  changesOf,
  isPassword,
  keysTo,
  mostSteps,
  type Outcome,
  play,
  type WallsWorld,
  withWorld,
} from './walls.ts'

export interface Line {
  /** The stranger's request or letter. */
  readonly kept: string
  readonly owner: string
  /** How many schedules there are. */
  readonly most: number
  readonly play: (world: WallsWorld, nth: number) => Promise<Outcome>
  /** The line is seen if all of these effects are. */
  readonly shows: readonly string[]
  /** Only schedules in which the request is paused before this step count. */
  readonly pausedBefore?: string
}

/** Pauses the stranger's request at one await after the other. */
const race = (kept: string, owner: string, ...shows: string[]): Line => ({
  kept,
  owner,
  shows,
  most: mostSteps,
  play: (world, nth) => play(world, { owner, strangers: [kept] }, afterSteps(nth)),
})

const resets = ['reset by link', 'reset by code', 'reset by answer']
/** Without the answer: its reset begins a probation, which protects ways back by itself. */
const strongResets = ['reset by link', 'reset by code']
const block = 'block and unblock'
const undo = 'undo by a contact'

const racesOf = (kept: readonly string[], owners: readonly string[], ...shows: string[]): Line[] =>
  kept.flatMap((one) => owners.map((owner) => race(one, owner, ...shows)))

/** A person's only contact is a phone that was linked just now. A stranger reads its letter. */
async function phoneLinked(world: WallsWorld, isOnProbation: boolean): Promise<Outcome> {
  const { portal } = world
  const person = await arrive(portal)
  const { accountId, login } = person
  const phone = await pendingCode({ portal, person }, 'phone')
  const linked = await person.visitor.post('/account/recovery/phone/confirm', { code: '123456' })
  assert.equal(linked.status, 303, linked.errors.join())
  if (isOnProbation) {
    const until = new Date(portal.clock.now().getTime() + msPerDay)
    await changeAccountAsItStands(portal.db, accountId, (trx) =>
      startProbation(trx, accountId, until),
    )
  }
  const wordsTo = async () =>
    (await writtenMessages(portal.db, portal.keyring)).filter(({ to }) => to === phone).length
  const link = await undoInMailbox(world, `${login}@postern.example`, 'recovery-method-added')
  const send = await pressUndo(portal.visitor(), link)
  const [before, words] = [await keysTo(world, person), await wordsTo()]
  await send('the stranger')
  const changes = changesOf(before, await keysTo(world, person))
  // A link to the mailbox may end sessions, and nothing else.
  const effects = changes.filter(({ what }) => ['password', 'claims'].includes(what))
  if (await isPassword(world, person, strangersPassword))
    effects.push({ what: 'password of the stranger' })
  if (effects.some(({ what }) => what === 'claims') && (await wordsTo()) === words)
    effects.push({ what: 'no word to the contact' })
  return { arrived: true, effects, pausedBefore: [] }
}

const phoneLetter = (isOnProbation: boolean): Line => ({
  kept: `the “phone linked” letter in the mailbox${isOnProbation ? ', during probation' : ''}`,
  owner: '–',
  most: 1,
  play: (world) => phoneLinked(world, isOnProbation),
  shows: ['password of the stranger', 'claims', 'no word to the contact'],
})

const inHash: Line = {
  ...race('change the password', block, 'password of the stranger'),
  pausedBefore: 'hash',
}

/** The five rows of the table, in its order. */
export const rows: readonly (readonly Line[])[] = [
  racesOf(
    ['sign in with the old password', 'sign in by a known browser'],
    [...resets, 'own change', undo],
    'the stranger is signed in',
    'freshly',
  ),
  [
    ...racesOf(['change the password'], resets, 'password of the stranger'),
    ...racesOf(['set a question'], strongResets, 'question'),
    ...racesOf(['make an app password'], resets, 'app passwords'),
    ...racesOf(['link a phone'], strongResets, 'claims'),
  ],
  [
    ...racesOf(
      ['a link to a new password', 'choose a password after the answer'],
      [block],
      'password of the stranger',
    ),
    inHash,
  ],
  racesOf(
    ['the letter of the own new browser'],
    [...resets, 'own change', undo],
    'password of the stranger',
  ),
  [phoneLetter(false), phoneLetter(true)],
]

/** Schedules to play of each line. Absent: as many as it takes to see the line. */
export interface Question {
  readonly counts?: readonly number[]
}

export interface Played {
  readonly row: number
  readonly kept: string
  readonly owner: string
  readonly schedules: number
  /** Whether the owner arrived in the last schedule. */
  readonly arrived: boolean
  /** The step before which the request was paused in the last schedule, if there is a race. */
  readonly paused: string | undefined
  readonly effects: readonly string[]
  readonly isSeen: boolean
}

function isShown({ shows, pausedBefore }: Line, outcome: Outcome): boolean {
  if (pausedBefore && outcome.pausedBefore[0] !== pausedBefore) return false
  return shows.every((wanted) => outcome.effects.some(({ what }) => what === wanted))
}

async function playLine(
  world: WallsWorld,
  row: number,
  line: Line,
  count: number | undefined,
): Promise<Played> {
  const { kept, owner, most } = line
  const effects = new Set<string>()
  await forgetLimits(world.portal)
  for (let nth = 0; ; nth += 1) {
    const outcome = await line.play(world, nth)
    for (const { what } of outcome.effects) effects.add(what)
    const isSeen = isShown(line, outcome)
    const schedules = nth + 1
    if (schedules < (count ?? (isSeen ? 0 : most))) continue
    const [paused] = outcome.pausedBefore
    const { arrived } = outcome
    return { row, kept, owner, schedules, isSeen, paused, arrived, effects: [...effects] }
  }
}

/** Long, so that a busy machine changes no schedule. Waits for row locks are few here. */
const patienceMs = 200

const playRows = ({ counts }: Question): Promise<Played[]> =>
  withWorld(async (world) => {
    const played: Played[] = []
    for (const [nth, lines] of rows.entries())
      for (const line of lines)
        played.push(await playLine(world, nth + 1, line, counts?.[played.length]))
    return played
  }, patienceMs)

answerParent<Question, Played[]>(playRows)
