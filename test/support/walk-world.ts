// The world of a random walk: people, browsers, and what each message told.

import { blockAccount, unblockAccount } from '#server/accounts/accounts/store.ts'
import { setPassword } from '#server/accounts/password/store.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import type {
  MailTransport,
  OutgoingMail,
  OutgoingSms,
  SmsTransport,
} from '#server/kit/messages/transport.ts'
import type { FlowState } from '#server/recovery/flow/flow-states.ts'
import { underLock } from './account-lock.ts'
import type { TestPortal } from './portal.ts'
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
  const visitors = await Promise.all(
    Array.from({ length: size.browsers }, async () => {
      const visitor = portal.visitor()
      return { visitor, _csrf: await visitor.token('/recover') }
    }),
  )
  const codes = new Map<string, string>()
  const links: Sent[] = []
  const undos: Sent[] = []
  /** How often something has happened to the account that ends all that was before. */
  const ended = new Map<string, number>()
  /** The same when the flow was seen for the first time. */
  const firstSeen = new Map<string, number>()
  let passwordsMade = 0
  let lastCodeFlow: string | undefined

  /** Reads what was sent since the last time; a code belongs to the flow whose job was just done. */
  function read(flowId: string | undefined): void {
    for (const { to, text } of post.sent.splice(0)) {
      const owner = people.find((person) =>
        [person.phone, person.address, person.mailbox].includes(to),
      )
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

  const world: WalkWorld = {
    people,
    nobody: `${name}nobody`,
    codes,
    links,
    undos,
    newestLink: (accountId) => links.findLast((link) => link.accountId === accountId),
    nextPassword: () => `a sentence that is number ${++passwordsMade} of ${name}`,
    async visit(browser, path, fields, twice = false) {
      const { visitor, _csrf } = visitors[browser] ?? (visitors[0] as (typeof visitors)[number])
      const send = () =>
        fields
          ? visitor.send(path, new URLSearchParams({ _csrf, ...fields }).toString(), {
              'content-type': 'application/x-www-form-urlencoded',
            })
          : visitor.get(path)
      const answers = await Promise.all(twice ? [send(), send()] : [send()])
      for (const { status } of answers)
        if (status >= 500) throw new Error(`${path} answered ${status}`)
    },
    async flowOf(browser) {
      const token = visitors[browser]?.visitor.cookies.get('recovery')
      if (!token) return undefined
      const { rows } = await db.raw(
        `select f.id, f.account_id, f.state, coalesce(c.tries, 0) as tries,
           coalesce(c.expires_at > :now and c.spent_at is null, false) as "codeAlive",
           coalesce(a.blocked_at is null and a.password_changed_at <= f.begun_at, false)
             and f.ended_at is null and f.expires_at > :now as live
         from recovery_flows f left join accounts a on a.id = f.account_id left join recovery_codes c on c.flow_id = f.id
         where f.token_hash = :hash`,
        { hash: hashToken(token), now: clock.now() },
      )
      const flow = rows[0]
      if (!flow) return undefined
      const endedBefore = firstSeen.get(flow.id) ?? ended.get(flow.account_id) ?? 0
      firstSeen.set(flow.id, endedBefore)
      return { ...flow, live: flow.live && endedBefore === (ended.get(flow.account_id) ?? 0) }
    },
    async passwords() {
      const rows = await db('accounts').whereIn('id', ids).select('id', 'password_verifier')
      return new Map(rows.map((row) => [row.id, row.password_verifier]))
    },
    async deadUndos() {
      const rows = await db('undos')
        .whereIn('account_id', ids)
        .where((or) => or.whereNotNull('used_at').orWhere('expires_at', '<=', clock.now()))
      const dead = new Set(rows.map((row) => row.token_hash.toString('hex')))
      return undos
        .filter(({ path }) => dead.has(hashToken(path.slice(6)).toString('hex')))
        .map(({ path }) => path)
    },
    async happen({ kind, minutes = 0, who = 0 }) {
      const id = ids[who] ?? ''
      if (kind === 'time') clock.advance(minutes * 60_000)
      if (kind === 'time') return
      const happened = await underLock(db, id, async (trx) => {
        if (kind === 'block') return await blockAccount(trx, id, 'walk', clock.now())
        if (kind === 'unblock') return await unblockAccount(trx, id)
        await setPassword(trx, id, {
          verifier: world.nextPassword(),
          at: clock.now(),
          voidsLinks: true,
        })
        return true
      })
      if (happened) ended.set(id, (ended.get(id) ?? 0) + 1)
    },
    async work() {
      for (;;) {
        const { rows } = await db.raw(
          `select j.id, t.identifier, j.payload from graphile_worker._private_jobs j
           join graphile_worker._private_tasks t on t.id = j.task_id order by (t.identifier = 'message:deliver') desc, j.id limit 1`,
        )
        const job = rows[0]
        if (!job) break
        await db.raw('delete from graphile_worker._private_jobs where id = ?', [job.id])
        await portal.tasks[job.identifier]?.(job.payload, { attempt: 1, maxAttempts: 13 })
        const isCode = job.identifier === 'phone:send-recovery-code'
        if (!isCode) {
          if (job.identifier === 'message:deliver') read(lastCodeFlow)
          continue
        }
        lastCodeFlow = job.payload.flowId
      }
      // Every round has budgets of its own: the walk is about edges.
      await forgetLimits(portal)
    },
    async countResets() {
      const { rows } = await db.raw(
        `select count(*)::int as n from activity where account_id = any(?) and event = 'password.reset'`,
        [ids],
      )
      return rows[0].n
    },
  }
  await world.work()
  links.length = 0
  undos.length = 0
  return world
}
