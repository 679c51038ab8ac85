// Browsers take random steps of recoveries at once. Each must be a drawn edge, each proof real.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { edges, type FlowState } from '#server/recovery/flow/flow-states.ts'
import { startTestPortal } from '#test/support/portal.ts'
import {
  createPost,
  createWalkWorld,
  type FlowRow,
  type Sent,
  type WalkWorld,
} from '#test/support/recovery/walk-world.ts'

const browsers = 3
const people = 2

type Who = number
type Action =
  | { readonly kind: 'begin'; readonly who: Who | 'nobody' }
  | { readonly kind: 'ask-code' | 'ask-link'; readonly of: Who | 'stranger' }
  | { readonly kind: 'again-code' | 'again-link' }
  | {
      readonly kind: 'code'
      readonly typed: 'right' | 'of-another' | 'wrong'
      readonly twice: boolean
    }
  | { readonly kind: 'answer'; readonly typed: Who | 'right' | 'wrong'; readonly twice: boolean }
  | { readonly kind: 'open-link'; readonly nth: number }
  | { readonly kind: 'new-password'; readonly good: boolean; readonly twice: boolean }
  | { readonly kind: 'undo'; readonly nth: number }
  | { readonly kind: 'look'; readonly path: string }

/** What happens around the browsers. */
type Happening =
  | { readonly kind: 'time'; readonly minutes: number }
  | { readonly kind: 'block' | 'unblock' | 'own-change'; readonly who: Who }

type Round =
  | { readonly acts: readonly { readonly browser: number; readonly action: Action }[] }
  | { readonly happens: Happening }

const paths = [
  '',
  '/method',
  '/sms',
  '/sms/code',
  '/backup-address',
  '/backup-address/sent',
  '/security-question',
  '/new-password',
  '/done',
]
const who = fc.nat({ max: people - 1 })

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      who: fc.oneof({ weight: 4, arbitrary: who }, fc.constant('nobody' as const)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('ask-code' as const, 'ask-link' as const),
      of: fc.oneof({ weight: 4, arbitrary: who }, fc.constant('stranger' as const)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('again-code' as const, 'again-link' as const) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('code' as const),
      typed: fc.constantFrom('right' as const, 'of-another' as const, 'wrong' as const),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      typed: fc.oneof(who, fc.constant('right' as const), fc.constant('wrong' as const)),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('open-link' as const), nth: fc.nat({ max: 5 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('new-password' as const),
      good: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('undo' as const), nth: fc.nat({ max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('look' as const), path: fc.constantFrom(...paths) }),
  },
)

const anyRound: fc.Arbitrary<Round> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .uniqueArray(fc.record({ browser: fc.nat({ max: browsers - 1 }), action: anyAction }), {
        minLength: 1,
        maxLength: browsers,
        selector: (act) => act.browser,
      })
      .map((acts) => ({ acts })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.record({ kind: fc.constant('time' as const), minutes: fc.constantFrom(1, 11, 61, 121) }),
        fc.record({
          kind: fc.constantFrom('block' as const, 'unblock' as const, 'own-change' as const),
          who,
        }),
      )
      .map((happens) => ({ happens })),
  },
)

/** States that drawn edges lead to, however many of them are taken. */
function reachable(from: FlowState): Set<string> {
  const found = new Set<string>([from])
  for (const state of found)
    for (const next of Object.values(edges[state as FlowState])) found.add(next)
  return found
}

async function act(
  world: WalkWorld,
  browser: number,
  action: Action,
  flow: FlowRow | undefined,
): Promise<void> {
  const { visit, people: persons } = world
  switch (action.kind) {
    case 'begin':
      return visit(browser, '/recover', {
        login: action.who === 'nobody' ? world.nobody : (persons[action.who]?.login ?? ''),
      })
    case 'ask-code':
      return visit(browser, '/recover/sms', {
        phone: action.of === 'stranger' ? '+375449998877' : (persons[action.of]?.phone ?? ''),
      })
    case 'ask-link':
      return visit(browser, '/recover/backup-address', {
        address:
          action.of === 'stranger' ? 'x@strange.example' : (persons[action.of]?.address ?? ''),
      })
    case 'again-code':
      return visit(browser, '/recover/sms', { again: 'yes' })
    case 'again-link':
      return visit(browser, '/recover/backup-address', { again: 'yes' })
    case 'code': {
      const others = [...world.codes].filter(([id]) => id !== flow?.id).map(([, code]) => code)
      const code =
        action.typed === 'right'
          ? world.codes.get(flow?.id ?? '')
          : action.typed === 'of-another'
            ? others.at(-1)
            : '00000000'
      return visit(browser, '/recover/sms/code', { code: code ?? '11111111' }, action.twice)
    }
    case 'answer': {
      const answer = personOf(world, action.typed, flow)?.answer ?? 'none of theirs'
      return visit(browser, '/recover/security-question', { answer }, action.twice)
    }
    case 'open-link':
      return visit(browser, world.links.at(-1 - action.nth)?.path ?? '/recover/link/none')
    case 'new-password':
      return visit(
        browser,
        '/recover/new-password',
        { password: action.good ? world.nextPassword() : 'short' },
        action.twice,
      )
    case 'undo':
      return visit(browser, world.undos.at(-1 - action.nth)?.path ?? '/undo/none', {})
    case 'look':
      return visit(browser, `/recover${action.path}`)
  }
}

/** Whether what the browser sends proves that the flow's mailbox is theirs. */
function isProof(world: WalkWorld, action: Action, flow: FlowRow | undefined): boolean {
  if (action.kind === 'code')
    return action.typed === 'right' && flow !== undefined && world.codes.has(flow.id)
  if (action.kind !== 'answer' || !flow?.account_id) return false
  return flow.account_id === personOf(world, action.typed, flow)?.accountId
}

/** Whose secret is typed: one person's, that of the flow's own account, or nobody's. */
function personOf(world: WalkWorld, typed: Who | 'right' | 'wrong', flow: FlowRow | undefined) {
  if (typed === 'wrong') return undefined
  return typed === 'right'
    ? world.people.find((each) => each.accountId === flow?.account_id)
    : world.people[typed]
}

/** The message that the browser followed. */
function sourceOf(world: WalkWorld, action: Action): Sent | undefined {
  if (action.kind === 'open-link') return world.links.at(-1 - action.nth)
  return action.kind === 'undo' ? world.undos.at(-1 - action.nth) : undefined
}

/** Account ids by flow: whose mailbox the browser of the flow has proven. */
type Proven = Map<string, string>

function checkSameFlow(
  world: WalkWorld,
  was: FlowRow,
  is: FlowRow,
  { action, isAlone }: { readonly action: Action | undefined; readonly isAlone: boolean },
  proven: Proven,
): void {
  const isRight = action !== undefined && isProof(world, action, was)
  const edge = `${was.state} → ${is.state}`
  assert.ok(reachable(was.state).has(is.state), `no edge ${edge} for ${action?.kind}`)
  if (was.state !== is.state && is.state === 'proven') {
    assert.ok(isRight, `proven without a proof: ${JSON.stringify(action)}`)
    proven.set(is.id, is.account_id ?? '')
  }
  if (was.state !== 'done' && is.state === 'done') assert.equal(action?.kind, 'new-password')
  const canProve = was.live && was.tries < 5 && ['begun', 'asked'].includes(was.state)
  const isAlive = action?.kind === 'answer' || was.codeAlive
  if (isAlone && isRight && canProve && isAlive)
    assert.equal(is.state, 'proven', `a right proof was refused: ${JSON.stringify(action)}`)
}

/** A flow begins by a name, a live link or an undo. @returns the account that an undo changed */
function checkNewFlow(
  world: WalkWorld,
  is: FlowRow,
  action: Action | undefined,
  deadUndos: ReadonlySet<string>,
  proven: Proven,
): string | undefined {
  assert.ok(action, 'a flow from nowhere')
  if (is.state !== 'proven') {
    assert.equal(action.kind, 'begin')
    return undefined
  }
  const source = sourceOf(world, action)
  assert.ok(source, `a flow began as proven by ${action.kind}`)
  assert.equal(is.account_id, source.accountId)
  if (action.kind === 'open-link')
    assert.equal(source, world.newestLink(source.accountId), 'an older link was opened')
  if (action.kind === 'undo') assert.ok(!deadUndos.has(source.path), 'a dead undo link acted')
  proven.set(is.id, source.accountId)
  return action.kind === 'undo' ? source.accountId : undefined
}

/** The account whose password this browser may set. */
function settableBy(
  was: FlowRow | undefined,
  action: Action | undefined,
  proven: Proven,
): string | undefined {
  if (action?.kind !== 'new-password' || !action.good) return undefined
  if (was?.state !== 'proven' || !was.live) return undefined
  return proven.get(was.id) === was.account_id ? (was.account_id ?? '') : undefined
}

const flowsOf = (world: WalkWorld) =>
  Promise.all(Array.from({ length: browsers }, (_, browser) => world.flowOf(browser)))

async function playRound(world: WalkWorld, round: Round, proven: Proven): Promise<void> {
  if ('happens' in round) return await world.happen(round.happens)
  const before = await flowsOf(world)
  const passwords = await world.passwords()
  const deadUndos = new Set(await world.deadUndos())
  await Promise.all(
    round.acts.map(({ browser, action }) => act(world, browser, action, before[browser])),
  )
  const after = await flowsOf(world)
  const changed = [...(await world.passwords())]
    .filter(([id, verifier]) => passwords.get(id) !== verifier)
    .map(([id]) => id)

  const mayChange = new Set<string | undefined>()
  const isAlone = round.acts.length === 1
  for (let browser = 0; browser < browsers; browser++) {
    const [was, is] = [before[browser], after[browser]]
    const action: Action | undefined = round.acts.find((each) => each.browser === browser)?.action
    if (is && was?.id === is.id) checkSameFlow(world, was, is, { action, isAlone }, proven)
    else if (is) mayChange.add(checkNewFlow(world, is, action, deadUndos, proven))
    mayChange.add(settableBy(was, action, proven))
  }
  for (const id of changed)
    assert.ok(mayChange.has(id), 'a password changed without a proof for its account in its flow')
  await world.work()
}

/** The owner gets back in at the end of every walk. */
const homeward: readonly Round[] = [
  { happens: { kind: 'unblock', who: 0 } },
  { acts: [{ browser: 0, action: { kind: 'begin', who: 0 } }] },
  { acts: [{ browser: 0, action: { kind: 'answer', typed: 'right', twice: false } }] },
  { acts: [{ browser: 0, action: { kind: 'new-password', good: true, twice: true } }] },
]

export interface WalkFigures {
  readonly walks: number
  readonly rounds: number
  readonly passwordsSet: number
}

/** @param walks random walks, each with people of its own */
export async function proveRecoveryWalk(options: {
  readonly walks: number
  readonly rounds: number
}): Promise<WalkFigures> {
  const post = createPost()
  const portal = await startTestPortal({
    worker: false,
    ports: { mail: post.transport, sms: post.transport },
    env: {
      LIMIT_SMS_WAIT_SECONDS: '0.01',
      LIMIT_SMS_PER_NUMBER_DAY: '100000',
      LIMIT_WRONG_CODES_PER_DAY: '100000',
      LIMIT_ANSWERS_PER_DAY: '100000',
      LIMIT_ANSWERS_LIFETIME: '100000',
      LIMIT_RESET_MAILS_PER_DAY: '100000',
      LIMIT_RECOVERIES_PER_IP_HOUR: '10000000',
    },
  })
  const figures = { walks: 0, rounds: 0, passwordsSet: 0 }
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRound, { minLength: 10, maxLength: options.rounds, size: 'max' }),
        async (rounds) => {
          const world = await createWalkWorld(portal, post, { browsers, people })
          const proven = new Map<string, string>()
          for (const round of [...rounds, ...homeward]) await playRound(world, round, proven)
          figures.walks += 1
          figures.rounds += rounds.length
          figures.passwordsSet += await world.countResets()
        },
      ),
      { numRuns: options.walks },
    )
    return figures
  } finally {
    await portal.stop()
  }
}
