// The world of a random walk: people, browsers, and what the messages brought.

import assert from 'node:assert/strict'
import { setPassword } from '#server/accounts/password/store.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import type {
  MailTransport,
  OutgoingMail,
  OutgoingSms,
  SmsTransport,
} from '#server/kit/messages/transport.ts'
import type { FlowState } from '#server/recovery/flow/flow-states.ts'
import { blockAccount, unblockAccount } from '#test/support/account-lock.ts'
import { underLock } from '../account-lock.ts'
import type { TestPortal } from '../portal.ts'
import type { Visitor } from '../visitor.ts'
import { type Equipped, equip, forgetLimits } from './recovery.ts'

export interface FlowRow {
  readonly id: string
  readonly account_id: string | null
  readonly state: FlowState
  /** As the test understands it: nothing has happened since that must have ended the flow. */
  readonly live: boolean
  readonly tries: number
  readonly codeAlive: boolean
}

export interface Sent {
  readonly accountId: string
  readonly path: string
}

export interface WalkWorld {
  readonly people: readonly Equipped[]
  readonly nobody: string
  /** Codes that were sent, by flow. */
  readonly codes: Map<string, string>
  /** In the order in which they were sent. */
  readonly links: Sent[]
  readonly undos: Sent[]
  newestLink(accountId: string): Sent | undefined
  nextPassword(): string
  /** Looks at the page, or sends the form; `twice` at once. */
  visit(
    browser: number,
    path: string,
    fields?: Record<string, string>,
    twice?: boolean,
  ): Promise<void>
  flowOf(browser: number): Promise<FlowRow | undefined>
  passwords(): Promise<Map<string, string>>
  deadUndos(): Promise<string[]>
  happen(what: {
    readonly kind: string
    readonly minutes?: number
    readonly who?: number
  }): Promise<void>
  /** Does the jobs that wait, one after the other. */
  work(): Promise<void>
  countResets(): Promise<number>
}

/** Gateways that keep what they are given. */
export interface Post {
  readonly sent: (OutgoingMail | OutgoingSms)[]
  readonly transport: MailTransport & SmsTransport
}

export function createPost(): Post {
  const sent: (OutgoingMail | OutgoingSms)[] = []
  const send = async (message: OutgoingMail | OutgoingSms) => {
    sent.push(message)
    return { kind: 'accepted', providerId: null } as const
  }
  return { sent, transport: { keeps: false, send, close() {} } }
}

/** What the messages brought, in their order. */
interface Inbox {
  readonly codes: Map<string, string>
  readonly links: Sent[]
  readonly undos: Sent[]
  /** Reads what was sent since the last time. A code belongs to this flow. */
  read(flowId: string | undefined): void
}

function createInbox(post: Post, people: readonly Equipped[]): Inbox {
  const codes = new Map<string, string>()
  const links: Sent[] = []
  const undos: Sent[] = []
  const ownerOf = (to: string) =>
    people.find(({ phone, address, mailbox }) => [phone, address, mailbox].includes(to))

  function read(flowId: string | undefined): void {
    for (const { to, text } of post.sent.splice(0)) {
      const owner = ownerOf(to)
      if (!owner) continue
      const { accountId } = owner
      const code = /(?<!\d)\d{8}(?!\d)/.exec(text)?.[0]
      if (code && flowId && to === owner.phone) codes.set(flowId, code)
      const link = /(\/recover\/link\/[\w-]+)/.exec(text)?.[1]
      if (link) links.push({ accountId, path: link })
      const undo = /(\/undo\/[\w-]+)/.exec(text)?.[1]
      if (undo) undos.push({ accountId, path: undo })
    }
  }
  return { codes, links, undos, read }
}

/** Counts the events that end all flows of an account. */
interface Ends {
  count(accountId: string): void
  hasEnded(flow: { readonly id: string; readonly account_id: string }): boolean
}

function createEnds(): Ends {
  const ended = new Map<string, number>()
  const whenFirstSeen = new Map<string, number>()
  const endsOf = (accountId: string) => ended.get(accountId) ?? 0
  return {
    count: (accountId) => void ended.set(accountId, endsOf(accountId) + 1),
    hasEnded({ id, account_id }) {
      const before = whenFirstSeen.get(id) ?? endsOf(account_id)
      whenFirstSeen.set(id, before)
      return before !== endsOf(account_id)
    },
  }
}

async function findFlowRow({ db, clock }: TestPortal, token: string) {
  const { rows } = await db.raw(
    `select f.id, f.account_id, f.state, coalesce(c.tries, 0) as tries,
       coalesce(c.expires_at > :now and c.spent_at is null, false) as "codeAlive",
       coalesce(a.blocked_at is null and a.password_changed_at <= f.begun_at, false)
         and f.ended_at is null and f.expires_at > :now as live
     from recovery_flows f
     left join accounts a on a.id = f.account_id
     left join recovery_codes c on c.flow_id = f.id
     where f.token_hash = :hash`,
    { hash: hashToken(token), now: clock.now() },
  )
  return rows[0]
}

/** @returns the paths of dead undo links */
async function listDeadUndos(
  { db, clock }: TestPortal,
  ids: readonly string[],
  undos: readonly Sent[],
): Promise<string[]> {
  const rows = await db('undos')
    .whereIn('account_id', ids)
    .where((or) => or.whereNotNull('used_at').orWhere('expires_at', '<=', clock.now()))
  const dead = new Set(rows.map((row) => row.token_hash.toString('hex')))
  return undos
    .filter(({ path }) => dead.has(hashToken(path.slice(6)).toString('hex')))
    .map(({ path }) => path)
}

/** @returns whether it has changed the account */
const changeByHand = (
  { db, clock }: TestPortal,
  id: string,
  kind: string,
  verifier: string,
): Promise<boolean> =>
  underLock(db, id, async (trx) => {
    if (kind === 'block') return await blockAccount(trx, id, clock.now())
    if (kind === 'unblock') return await unblockAccount(trx, id)
    await setPassword(trx, id, { verifier, at: clock.now(), voidsLinks: true })
    return true
  })

/** Does all jobs, messages first, and reads what they sent. */
async function doAllJobs({ db, tasks }: TestPortal, inbox: Inbox): Promise<void> {
  let lastCodeFlow: string | undefined
  for (;;) {
    const { rows } = await db.raw(
      `select j.id, t.identifier, j.payload from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id
       order by (t.identifier = 'message:deliver') desc, j.id limit 1`,
    )
    const job = rows[0]
    if (!job) return
    await db.raw('delete from graphile_worker._private_jobs where id = ?', [job.id])
    await tasks[job.identifier]?.(job.payload, { attempt: 1, maxAttempts: 13 })
    if (job.identifier === 'phone:send-recovery-code') lastCodeFlow = job.payload.flowId
    else if (job.identifier === 'message:deliver') inbox.read(lastCodeFlow)
  }
}

async function visitPage(
  { visitor, _csrf }: { readonly visitor: Visitor; readonly _csrf: string },
  path: string,
  fields: Record<string, string> | undefined,
  twice: boolean,
): Promise<void> {
  const send = () =>
    fields
      ? visitor.send(path, new URLSearchParams({ _csrf, ...fields }).toString(), {
          'content-type': 'application/x-www-form-urlencoded',
        })
      : visitor.get(path)
  const answers = await Promise.all(twice ? [send(), send()] : [send()])
  for (const { status } of answers) if (status >= 500) throw new Error(`${path} answered ${status}`)
}

async function openBrowsers(portal: TestPortal, count: number) {
  const opening = Array.from({ length: count }, async () => {
    const visitor = portal.visitor()
    return { visitor, _csrf: await visitor.token('/recover') }
  })
  return await Promise.all(opening)
}

async function countResets({ db }: TestPortal, ids: readonly string[]): Promise<number> {
  const { rows } = await db.raw(
    `select count(*)::int as n from activity
     where account_id = any(?) and event = 'password.reset'`,
    [[...ids]],
  )
  return rows[0].n
}

let worlds = 0

export async function createWalkWorld(
  portal: TestPortal,
  post: Post,
  size: { readonly browsers: number; readonly people: number },
): Promise<WalkWorld> {
  const { db, clock } = portal
  const name = `walk${++worlds}`
  await forgetLimits(portal)
  const people: Equipped[] = []
  for (let nth = 0; nth < size.people; nth++)
    people.push(await equip(portal, `${name}p${nth}x`, `Гай нумар ${nth}`))
  const ids = people.map((person) => person.accountId)
  const browsers = await openBrowsers(portal, size.browsers)
  const inbox = createInbox(post, people)
  const ends = createEnds()
  let passwordsMade = 0
  const { codes, links, undos } = inbox

  const world: WalkWorld = {
    people,
    nobody: `${name}nobody`,
    codes,
    links,
    undos,
    newestLink: (accountId) => links.findLast((link) => link.accountId === accountId),
    nextPassword: () => `a sentence that is number ${++passwordsMade} of ${name}`,
    visit: (browser, path, fields, twice = false) =>
      visitPage(browsers[browser] ?? assert.fail('no browser'), path, fields, twice),
    async flowOf(browser) {
      const token = browsers[browser]?.visitor.cookies.get('recovery')
      const flow = token && (await findFlowRow(portal, token))
      return flow ? { ...flow, live: !ends.hasEnded(flow) && flow.live } : undefined
    },
    async passwords() {
      const rows = await db('accounts').whereIn('id', ids).select('id', 'password_verifier')
      return new Map(rows.map((row) => [row.id, row.password_verifier]))
    },
    deadUndos: () => listDeadUndos(portal, ids, undos),
    async happen({ kind, minutes = 0, who = 0 }) {
      if (kind === 'time') return clock.advance(minutes * msPerMinute)
      const id = ids[who] ?? ''
      const verifier = kind === 'own-change' ? world.nextPassword() : ''
      if (await changeByHand(portal, id, kind, verifier)) ends.count(id)
    },
    async work() {
      await doAllJobs(portal, inbox)
      // The walk is about edges, so every round has fresh limits.
      await forgetLimits(portal)
    },
    countResets: () => countResets(portal, ids),
  }
  await world.work()
  links.length = 0
  undos.length = 0
  return world
}
