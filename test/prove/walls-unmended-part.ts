// One process of the proof `walls-unmended`: the table of what survived a recovery, played against the server that lies beside this file.
import assert from 'node:assert/strict'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { answerParent } from '#test/bench/child.ts'
import { writtenMessages } from '#test/support/by-hand.ts'
import { arrive } from '#test/support/people.ts'
import { forgetLimits } from '#test/support/recovery.ts'
import {
  pendingCode,
  pressUndo,
  strangersPassword,
  undoInMailbox,
} from '#test/support/walls-world.ts'
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
  /** What is in flight or kept. */
  readonly kept: string
  readonly owner: string
  /** How many schedules there are at most. */
  readonly most: number
  /** Plays one of them. */
  readonly play: (world: WallsWorld, nth: number) => Promise<Outcome>
  /** Effects that must all be there for the line to be seen. */
  readonly shows: readonly string[]
  /** What the request must be held before for the schedule to be one of the line. */
  readonly heldBefore?: string
}

/** A line of which the stranger's part is held at one await after the other. */
const race = (kept: string, owner: string, ...shows: string[]): Line => ({
  ...{ kept, owner, shows, most: mostSteps },
  play: (world, nth) => play(world, { owner, strangers: [kept] }, afterSteps(nth)),
})

const resets = ['reset by link', 'reset by code', 'reset by answer']
/** After an answer there is a probation, in which nobody changes a way back. That is no matter of proofs. */
const strongResets = ['reset by link', 'reset by code']
const block = 'block and unblock'
const undo = 'undo by a contact'

const racesOf = (kept: readonly string[], owners: readonly string[], ...shows: string[]): Line[] =>
  kept.flatMap((one) => owners.map((owner) => race(one, owner, ...shows)))

/** Somebody whose only contact is a phone that was linked a moment ago, and the letter of it in the mailbox. */
async function phoneLinked(world: WallsWorld, isOnProbation: boolean): Promise<Outcome> {
  const { portal } = world
  const person = await arrive(portal)
  const { accountId, login } = person
  const phone = await pendingCode({ portal, person }, 'phone')
  const linked = await person.visitor.post('/account/recovery/phone/confirm', { code: '123456' })
  assert.equal(linked.status, 303, linked.errors.join())
  if (isOnProbation) {
    const until = new Date(portal.clock.now().getTime() + 86_400_000)
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
  // A link in the mailbox may end sessions.
  const effects = changes.filter(({ what }) => ['password', 'claims'].includes(what))
  if (await isPassword(world, person, strangersPassword))
    effects.push({ what: 'password of the stranger' })
  if (effects.some(({ what }) => what === 'claims') && (await wordsTo()) === words)
    effects.push({ what: 'no word to the contact' })
  return { arrived: true, effects, heldBefore: [] }
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
  heldBefore: 'hash',
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

/** How many schedules of each line are to be played; absent: of each as many as it takes to see it. */
export interface Question {
  readonly counts?: readonly number[]
}

export interface Played {
  readonly row: number
  readonly kept: string
  readonly owner: string
  readonly schedules: number
  /** Whether the owner arrived in the last of them. */
  readonly arrived: boolean
  /** What the request was held before in the last of them, when the owner had arrived; undefined where there is no race. */
  readonly held: string | undefined
  /** What anything of all this led to. */
  readonly effects: readonly string[]
  /** Whether the last of them shows the line. */
  readonly isSeen: boolean
}

function isShown({ shows, heldBefore }: Line, outcome: Outcome): boolean {
  if (heldBefore && outcome.heldBefore[0] !== heldBefore) return false
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
    const [held] = outcome.heldBefore
    const { arrived } = outcome
    return { row, kept, owner, schedules, isSeen, held, arrived, effects: [...effects] }
  }
}

/** On a busy machine too a schedule is the one that was meant; waits for locks are few here. */
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
