// Every role × every staff route × own and others' objects.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { staffRights } from '#server/desk/staff/rights.ts'
import { type StaffRole, staffRoles } from '#server/desk/staff/store.ts'
import { untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, approve, caseOf, propose, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, giveRole, type StaffMember } from '#test/support/desk/staff.ts'
import { loadStaffRoutes, type StaffRoute } from '#test/support/desk/staff-routes.ts'
import { accountIdOf, register, signIn } from '#test/support/people.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

interface Objects {
  readonly accountId: string
  readonly caseId: string
  readonly reportId: string
  readonly measureId: string
  readonly proposalId: string
  readonly appealId: string
}

/** Pages first, forms last, because a form changes what the pages show. */
const routes: readonly StaffRoute[] = [
  ...loadStaffRoutes(),
  { path: '/staff' },
  { path: '/staff/me' },
  { path: '/staff/cases', right: 'cases.see' },
  { path: '/staff/cases/:case', right: 'cases.see' },
  { path: '/staff/cases/:case/reports/:report/source', right: 'cases.see' },
  {
    path: `/staff/cases/:case/reports/:report/attachments/${'0'.repeat(64)}`,
    right: 'cases.see',
    answers: [404],
  },
  { path: '/staff/search', right: 'search.use' },
  { path: '/staff/cases/:case/measure', right: 'measures.impose' },
  { path: '/staff/measures/:measure/lift', right: 'measures.lift' },
  { path: '/staff/approvals', right: 'measures.approve' },
  { path: '/staff/approvals/:proposal', right: 'measures.approve' },
  { path: '/staff/appeals/:appeal', right: 'appeals.see' },
  { path: '/staff/accounts', right: 'accounts.see' },
  { path: '/staff/accounts/:account', right: 'accounts.see' },
  { path: '/staff/me/shortcuts', post: true, fields: { shortcuts: 'on' } },
  { path: '/staff/cases/:case/note', right: 'cases.work', post: true, fields: { note: 'seen' } },
  {
    path: '/staff/cases/:case/attribute',
    right: 'cases.work',
    post: true,
    fields: { address: 'nobody' },
  },
  {
    path: '/staff/cases/:case/measure',
    right: 'measures.impose',
    post: true,
    fields: { measure: 'suspend-all' },
  },
  { path: '/staff/approvals/:proposal/approve', right: 'measures.approve', post: true },
  { path: '/staff/approvals/:proposal/refuse', right: 'measures.approve', post: true },
  {
    path: '/staff/appeals/:appeal/decide',
    right: 'appeals.decide',
    post: true,
    fields: { decision: 'kept' },
  },
  { path: '/staff/measures/:measure/lift', right: 'measures.lift', post: true },
  {
    path: '/staff/cases/:case/close',
    right: 'cases.work',
    post: true,
    fields: { outcome: 'no-breach' },
  },
  { path: '/staff/accounts/:account/end-sessions', right: 'accounts.end-sessions', post: true },
]

/** `staff-door.test.ts` covers these. */
const door = ['/staff/door', '/staff/door/enrol', '/staff/door/codes', '/staff/door/codes/renew']

const members = {} as Record<StaffRole, StaffMember>
const own = {} as Record<StaffRole, Objects>
/** A form changes its object, so each role has other objects of its own. */
const others = {} as Record<StaffRole, Objects>

async function makeObjects(
  login: string,
  accountId: string,
  by: readonly [string, string],
): Promise<Objects> {
  await reportLetter(portal, { accountId, login })
  const caseId = await caseOf(portal, accountId)
  const report = await portal.db('abuse_reports').where({ case_id: caseId }).first('id')
  const measureId = await propose(portal, {
    accountId,
    caseId,
    by: by[0],
    measure: 'limit-sending',
  })
  await approve(portal, measureId, by[1])
  const appealId = await appealAgainst(portal, measureId)
  const proposalId = await propose(portal, {
    accountId,
    caseId,
    by: by[0],
    measure: 'suspend-sending',
  })
  return { accountId, caseId, reportId: String(report.id), measureId, proposalId, appealId }
}

const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  const judges: string[] = []
  for (const login of ['first.judge', 'other.judge', 'spammer']) {
    await register(portal, { login, password: 'forty storks over the marsh' })
    judges.push(await accountIdOf(portal, login))
  }
  // The proposer needs the right. Without an authenticator the role opens no page.
  await giveRole(portal, 'first.judge', 'senior')
  const [first = '', second = ''] = judges
  for (const role of staffRoles) {
    members[role] = await enrolStaff(portal, `${role}.r`, role)
    own[role] = await makeObjects(`${role}.r`, members[role].id, [first, second])
    await register(portal, { login: `${role}.target`, password: 'forty storks over the marsh' })
    const target = await accountIdOf(portal, `${role}.target`)
    others[role] = await makeObjects(`${role}.target`, target, [first, second])
  }
  await untilJudged(portal)
})

const pathOf = (route: StaffRoute, objects: Objects) =>
  route.path.replace(/:(\w+)/g, (_all, name: string) =>
    String(objects[`${name}Id` as keyof Objects]),
  )

async function ask(visitor: Visitor, route: StaffRoute, objects: Objects): Promise<Answer> {
  const path = pathOf(route, objects)
  if (!route.post) return await visitor.get(path)
  const _csrf = await visitor
    .token('/help/support')
    .catch(() => visitor.token('/account/password'))
    .catch(() => visitor.token())
  const body = new URLSearchParams({ _csrf, ...route.fields }).toString()
  return await visitor.send(path, body, { 'content-type': 'application/x-www-form-urlencoded' })
}

const countLooks = async ({ id }: StaffMember) =>
  Number((await portal.db('audit').where({ staff_id: id }).count('* as n').first())?.n)
/** Forms of a search, which show nothing before they are sent. */
const isForm = ({ path }: StaffRoute) => ['/staff/search', '/staff/accounts'].includes(path)

const name = ({ post, path }: StaffRoute) => `${post ? 'POST' : 'GET'} ${path}`
const isObject = ({ path }: StaffRoute) => path.includes(':')
const toDoor = ({ location }: Answer) => /^\/(sign-in|staff\/door)/.test(location ?? '')

test('every staff route of the code is in the table of the test', () => {
  const root = new URL('../../../server/', import.meta.url).pathname
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('routes.ts'))
    .flatMap((file) => {
      const source = readFileSync(root + file, 'utf8')
      const handlers = [...source.matchAll(/\.(get|post)\(\s*(\[[^\]]+\]|'[^']+')/g)]
      return handlers.flatMap(([, method, paths = '']) =>
        [...paths.matchAll(/'(\/staff[^']*)'/g)].map(
          ([, path = '']) => `${method === 'post' ? 'POST' : 'GET'} ${path}`,
        ),
      )
    })
  const bare = (text: string) => text.replace(/:\w+|0{64}/g, '*')
  const listed = new Set(
    [...routes.map(name), ...door.flatMap((path) => [`GET ${path}`, `POST ${path}`])].map(bare),
  )
  assert.ok(found.length > 30)
  assert.deepEqual(
    found.filter((route) => !listed.has(bare(route))),
    [],
  )
})

describe('the guards of the staff pages', () => {
  const people: readonly [string, RegExp | 404, () => Promise<Visitor>][] = [
    ['who is not signed in', /^\/sign-in\?next=/, async () => portal.visitor()],
    [
      'without a role',
      404,
      () => signIn(portal, { login: 'spammer', password: 'forty storks over the marsh' }),
    ],
    [
      'with a role but without an authenticator',
      /^\/staff\/door\/enrol$/,
      async () => {
        await giveRole(portal, 'other.judge', 'senior')
        return await signIn(portal, {
          login: 'other.judge',
          password: 'forty storks over the marsh',
        })
      },
    ],
    [
      'with an authenticator that was not asked in this session',
      /^\/staff\/door\?next=/,
      () => signIn(portal, members.senior),
    ],
    [
      'who was blocked in the middle of a session',
      /^\/sign-in\?next=/,
      async () => {
        const member = await enrolStaff(portal, 'late.l', 'senior', 'operator', 'support')
        await portal
          .db('accounts')
          .where({ id: member.id })
          .update({ blocked_at: new Date(), block_reason: 'x' })
        return member.visitor
      },
    ],
  ]
  for (const [who, expected, come] of people)
    it(`no staff page opens to somebody ${who}`, async () => {
      const visitor = await come()
      for (const route of routes) {
        const { status, location } = await ask(visitor, route, others.senior)
        if (expected === 404) assert.equal(status, 404, name(route))
        else
          assert.match(
            `${status} ${location}`,
            new RegExp(`303 ${expected.source.slice(1)}`),
            name(route),
          )
      }
    })
})

describe('the rights of staff', () => {
  for (const role of staffRoles) {
    it(`the role ${role} may do what the table says, and nothing to oneself`, async () => {
      const { visitor } = members[role]
      for (const route of routes) {
        const may =
          route.right === undefined ||
          (staffRights[route.right] as readonly string[]).includes(role)
        if (isObject(route) || !may) {
          const { status } = await ask(visitor, route, own[role])
          // The account is no secret from its owner, so its page answers 403 and not 404.
          const expected = may && !route.path.includes(':account') ? 404 : 403
          assert.equal(status, expected, `${name(route)}, own`)
        }
        const before = await countLooks(members[role])
        const answer = await ask(visitor, route, others[role])
        if (may && !route.post && route.right && !isForm(route) && answer.status === 200)
          assert.ok((await countLooks(members[role])) > before, `${name(route)} is recorded`)
        if (!may) assert.equal(answer.status, 403, name(route))
        else {
          assert.ok(
            (route.answers ?? [200, 303, 422]).includes(answer.status),
            `${name(route)}: ${answer.status}`,
          )
          assert.ok(!toDoor(answer), `${name(route)} → ${answer.location}`)
        }
      }
    })
  }
})
