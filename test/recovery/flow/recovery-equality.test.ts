// Answers reveal no names: neither their bytes, nor their cookies, nor their times.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareTimes } from '#test/prove/recovery-times.ts'
import { register } from '#test/support/people.ts'
import { comparable, type Equipped, equip, forgetLimits } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

let known: Equipped
let blocked: Equipped
let closing: Equipped
const portal = usePortal(
  {
    worker: false,
    env: {
      LIMIT_RECOVERIES_PER_IP_HOUR: '1000000',
      LIMIT_SMS_WAIT_SECONDS: '60',
      LIMIT_ANSWERS_PER_DAY: '100000',
      LIMIT_ANSWERS_LIFETIME: '100000',
    },
  },
  async (portal) => {
    known = await equip(portal, 'known.name')
    blocked = await equip(portal, 'blocked.name')
    closing = await equip(portal, 'closing.name')
    const left = await closing.browser.post('/account/close', { confirm: 'on' })
    assert.equal(left.location, '/account/closed')
    await register(portal, { login: 'bare.name', password: known.password })
    await portal
      .db('accounts')
      .where({ id: blocked.accountId })
      .update({ blocked_at: portal.clock.now(), block_reason: 'x' })
  },
)

/** Of the same length: only what the portal knows of them differs. */
const names = {
  known: 'known.name',
  blocked: 'blocked.name',
  closing: 'closing.name',
  'method-less': 'bare.name',
  unknown: 'nobody.name',
  strange: 'not a name!',
}

/** Every page and every refusal of a recovery with one name. */
async function walk(
  login: string,
  contacts: { phone: string; address: string },
): Promise<Answer[]> {
  const visitor: Visitor = portal.visitor()
  const answers: Answer[] = []
  const note = async (answer: Promise<Answer>) => answers.push(await answer)
  await note(visitor.post('/recover', { login }))
  await note(visitor.get('/recover/method'))
  await note(visitor.get('/recover/backup-address'))
  await note(visitor.post('/recover/backup-address', { address: 'x' }))
  await note(visitor.post('/recover/backup-address', { address: contacts.address }))
  await note(visitor.get('/recover/backup-address/sent'))
  await note(
    visitor.post(
      '/recover/backup-address',
      { again: 'yes' },
      { from: '/recover/backup-address/sent' },
    ),
  )
  await note(visitor.get('/recover/sms'))
  await note(visitor.post('/recover/sms', { phone: contacts.phone }))
  await note(visitor.get('/recover/sms/code'))
  await note(visitor.post('/recover/sms/code', { code: '00000000' }))
  await note(visitor.post('/recover/sms/code', { code: 'x' }))
  for (let round = 0; round < 5; round++)
    await note(visitor.post('/recover/sms/code', { code: '00000001' }))
  await note(visitor.post('/recover/sms', { phone: contacts.phone }))
  await note(visitor.post('/recover/security-question', { answer: 'a wrong answer' }))
  await note(visitor.get('/recover/new-password'))
  await note(
    visitor.post(
      '/recover/new-password',
      { password: 'a new and longer sentence' },
      { from: '/recover' },
    ),
  )
  return answers
}

describe('names in a recovery', () => {
  it('known and unknown names see the same pages, headers and cookies, byte for byte', async () => {
    // The question depends on the name alone; another test compares it.
    const sameQuestion = (html: string) =>
      html.replace(/(<label class="govuk-label" for="answer">)[^<]+/g, '$1…')
    const contacts = { phone: known.phone, address: known.address }
    // Pages show the typed name, in one line.
    const named = (html: string) =>
      html.replace(
        /(<strong><bdi translate="no">)[^@]*?(?:<wbr>@[^<]+)?(<\/bdi>\s<\/strong> <a )/g,
        '$1…$2',
      )
    const walked: Record<string, object[]> = {}
    for (const [kind, login] of Object.entries(names)) {
      await forgetLimits(portal)
      const answers = await walk(login, contacts)
      const steps = answers.filter(({ page }) => page?.startsWith('recover-'))
      assert.ok(steps.length >= 12)
      for (const { html, page } of steps) {
        assert.ok(
          html
            .replaceAll('<wbr>', '')
            .includes(`<bdi translate="no">${kind === 'strange' ? login : `${login}@`}`),
          page,
        )
        assert.match(html, /href="\/recover">Another mailbox\?/, page)
      }
      walked[kind] = answers.map((answer) => {
        const compared = comparable(answer)
        return {
          ...compared,
          html: named(sameQuestion(compared.html)).replace(
            /in \d+ \w+ \(at.\d\d:\d\d\)|data-wait="\d+"/g,
            '…',
          ),
          length: 0,
        }
      })
    }
    for (const kind of Object.keys(names)) assert.deepEqual(walked[kind], walked.known, kind)
  })

  it('each name is always asked the same question, whether anybody has it or not', async () => {
    const questionFor = async (login: string) => {
      const visitor = portal.visitor()
      await visitor.post('/recover', { login })
      return /for="answer">([^<]+)/.exec(
        (await visitor.get('/recover/security-question')).html,
      )?.[1]
    }
    const many = Array.from({ length: 30 }, (_, nth) => `nobody${nth}name`)
    const first = await Promise.all(many.map(questionFor))
    assert.deepEqual(await Promise.all(many.map(questionFor)), first)
    assert.ok(new Set(first).size > 4, 'decoys spread over the list')
    assert.equal(await questionFor('nobody7name@postern.example'), first[7])
    assert.equal(await questionFor('NOBODY7NAME'), first[7])
    assert.match((await questionFor('blocked.name')) ?? '', /first teacher/)
  })

  it('known and unknown names leave the same rows and the same jobs behind', async () => {
    const count = async () => {
      const { rows } = await portal.db.raw(`select
        (select count(*)::int from recovery_flows) as flows,
        (select count(*)::int from recovery_codes) as codes,
        (select count(*)::int from recovery_link_requests) as requests,
        (select count(*)::int from rate_limits) as limits,
        (select count(*)::int from graphile_worker.jobs) as jobs,
        (select count(*)::int from messages) as messages`)
      return rows[0] as Record<string, number>
    }
    const left: Record<string, Record<string, number>> = {}
    for (const [kind, login] of Object.entries(names)) {
      await forgetLimits(portal)
      const before = await count()
      await walk(login, { phone: known.phone, address: known.address })
      const now = await count()
      left[kind] = Object.fromEntries(
        Object.entries(now).map(([what, n]) => [what, n - (before[what] ?? 0)]),
      )
    }
    for (const kind of Object.keys(names)) assert.deepEqual(left[kind], left.known, kind)
  })

  it('a hundred interleaved samples cannot tell names apart by their times', async () => {
    const people = { known: 'known.name', unknown: 'nobody.name' }
    const compare = () =>
      compareTimes(portal, people, { phone: known.phone, address: known.address, samples: 100 })
    const apart = await compare()
    if (apart.length === 0) return
    // Other load on the machine shows at any step. What names reveal shows at the same step again.
    const again = new Set((await compare()).map(({ step }) => step))
    assert.deepEqual(
      apart.filter(({ step }) => again.has(step)),
      [],
    )
  })
})
