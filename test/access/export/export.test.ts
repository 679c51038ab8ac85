// Taking along: one file with all that the portal holds about somebody, for that person alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { Ajv } from 'ajv'
import { areas, describeExport } from '#server/access/export/describe-export.ts'
import texts from '#server/access/export/texts.json' with { type: 'json' }
import { lockAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { equip, undoLinkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal({ freshLimits: true })

const day = 86_400_000
const ask = (visitor: Visitor) => visitor.post('/account/export', {})
const filesOf = (accountId: string) => portal.db('exports').where({ account_id: accountId })

const linkOn = async (visitor: Visitor): Promise<string | undefined> =>
  /href="(\/account\/export\/[0-9a-f-]{36})"/.exec((await visitor.get('/account/export')).html)?.[1]

async function fetchFile(visitor: Visitor): Promise<string> {
  const answer = await ask(visitor)
  assert.deepEqual([answer.status, answer.location], [303, '/account/export'])
  return await eventually(() => linkOn(visitor))
}

async function fetchThree({ visitor, accountId }: Awaited<ReturnType<typeof arrive>>) {
  for (const made of [1, 2, 3]) {
    await ask(visitor)
    await eventually(async () => {
      const ready = await filesOf(accountId).whereNotNull('ready_at')
      return ready.length === made
    })
  }
}

async function readFile(visitor: Visitor) {
  const answer = await visitor.get(`${await fetchFile(visitor)}?format=json`)
  assert.equal(answer.status, 200)
  return { answer, body: JSON.parse(answer.html), text: answer.html }
}

const tablesWithAccounts = async (): Promise<string[]> => {
  const { rows } = await portal.db.raw(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'account_id'`,
  )
  return [...rows.map(({ name }: { name: string }) => name), 'accounts']
}

const schema = {
  type: 'object',
  required: ['format', 'made_at', 'tables'],
  additionalProperties: false,
  properties: {
    format: { const: 'postern-export-1' },
    made_at: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT' },
    tables: {
      type: 'object',
      additionalProperties: {
        oneOf: [
          { type: 'array', items: { type: 'object' } },
          {
            type: 'object',
            required: ['withheld'],
            additionalProperties: false,
            properties: { withheld: { type: 'string', minLength: 20 } },
          },
        ],
      },
    },
  },
}

it('the file is JSON that names every table with a column account_id', async () => {
  const { browser } = await equip(portal)
  const { answer, body } = await readFile(browser)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.match(
    answer.headers.get('content-disposition') ?? '',
    /^attachment; filename="?postern-\d/,
  )
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/)
  const ajv = new Ajv()
  assert.ok(ajv.validate(schema, body), ajv.errorsText())
  const missing = (await tablesWithAccounts()).filter((name) => !(name in body.tables))
  assert.deepEqual(missing, [])
})

it('the file has contacts in clear, and no secret, digest or verifier', async () => {
  const person = await equip(portal)
  const { body, text } = await readFile(person.browser)
  const { tables } = body
  assert.equal(tables.accounts[0].address, person.mailbox)
  assert.equal(tables.phones[0].number, person.phone)
  assert.equal(tables.backup_addresses[0].address, person.address)
  assert.equal(tables.security_questions[0].question, person.question)
  assert.ok(tables.activity.some((row: { event: string }) => row.event === 'account.created'))
  assert.equal(tables.exports.length, 1)
  assert.doesNotMatch(text, /argon2|sealed|digest|hash|v1\.[0-9a-f]{8}\./)
  assert.ok(!text.includes(person.answer) && !text.includes(person.password))
})

it('the page of the file says every table and column in words', async () => {
  const { browser, phone } = await equip(portal)
  const path = await fetchFile(browser)
  const { status, page, html } = await browser.get(path)
  assert.deepEqual([status, page], [200, 'export'])
  assert.ok(html.includes(phone) && html.includes('A file with your data was asked for'))
  assert.doesNotMatch(html, /not-me/)
  assert.doesNotMatch(html, /\b[a-z]+_(at|id|bytes)\b|export\.(columns|tables|words)|Invalid/)
})

it('the page shows five hundred rows of a table, the newest entries, and counts the rest', () => {
  const happened_at = (nth: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, nth)).toISOString()
  const what = { event: 'sign-in.succeeded', details: {} }
  const entry = (_: unknown, nth: number) => ({ ...what, happened_at: happened_at(nth) })
  const activity = Array.from({ length: 501 }, entry)
  const app_passwords = Array.from({ length: 502 }, () => ({ name: '2026-99-99T9:9Z' }))
  const tables = { activity, app_passwords }
  const file = { format: 'postern-export-1', made_at: '', tables } as const
  const shown = describeExport(file, () => false)
  assert.deepEqual([shown.events.length, shown.eventsLeft], [500, 1])
  assert.equal(shown.events[0]?.at.toISOString(), happened_at(500))
  const table = shown.areas[0]?.tables[0]
  assert.deepEqual([table?.rows.length, table?.left], [500, 2])
  assert.deepEqual(table?.rows[0]?.[0]?.said, [{ text: '2026-99-99T9:9Z' }])
})

it('every table and column that a feature exports has a text', async () => {
  const { accountId } = await equip(portal)
  const named: Record<string, string> = texts.en.export.columns
  const titles: Record<string, string> = texts.en.export.tables
  const asked: string[] = []
  const spy = new Proxy(portal.db, {
    apply(target, self, args) {
      const query = Reflect.apply(target, self, args)
      const { select } = query
      query.select = (...columns: unknown[]) => {
        asked.push(...columns.filter((each) => typeof each === 'string'))
        return select.apply(query, columns)
      }
      return query
    },
  })
  const exported = await portal.parts.life.export(spy, accountId)
  const rows = Object.values(exported).flatMap((each) => ('withheld' in each ? [] : each))
  const inRows = rows.flatMap((row) => Object.keys(row))
  // Entries of the activity are said as sentences; ids only join tables.
  const unsaid = ['details', 'event', 'id']
  const columns = new Set([...asked, ...inRows])
  assert.ok(columns.size > 60, 'they are still found')
  const unnamed = [...columns].filter(
    (each) => !named[each.replace(/^.*\./, '')] && !/sealed$/.test(each),
  )
  assert.deepEqual(unnamed.toSorted(), unsaid)
  assert.deepEqual(
    Object.keys(exported).filter((table) => !titles[table]),
    [],
  )
  const placed: readonly string[] = Object.values(areas).flat()
  const homeless = Object.entries(exported).filter(
    ([table, each]) => !('withheld' in each) && table !== 'activity' && !placed.includes(table),
  )
  assert.deepEqual(homeless, [])
})

it('a file is asked for, seen and fetched only with a fresh password', async () => {
  const { visitor } = await arrive(portal)
  const path = await fetchFile(visitor)
  const token = await visitor.token('/account')
  portal.clock.advance(11 * 60_000)
  for (const each of ['/account/export', path, `${path}?format=json`])
    assert.match((await visitor.get(each)).location ?? '', /^\/account\/confirm-password/, each)
  const sent = await visitor.send('/account/export', `_csrf=${token}`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.match(sent.location ?? '', /^\/account\/confirm-password/)
})

it('A file of another account is like one that never was.', async () => {
  const [one, other] = [await arrive(portal), await arrive(portal)]
  const path = await fetchFile(one.visitor)
  const never = '/account/export/00000000-0000-4000-8000-000000000000'
  const strip = (html: string) => html.replaceAll(/value="[^"]+"/g, '')
  const [foreign, nothing] = [await other.visitor.get(path), await other.visitor.get(never)]
  assert.deepEqual([foreign.status, nothing.status], [404, 404])
  assert.equal(strip(foreign.html), strip(nothing.html))
  assert.equal((await other.visitor.get(`${path}?format=json`)).status, 404)
  assert.equal((await portal.visitor().get(path)).status, 303)
})

it('mailbox and backup address are told of a file that is ready', async () => {
  const person = await equip(portal)
  await fetchFile(person.browser)
  for (const to of [person.mailbox, person.address])
    await awaitText(portal, to, /file is ready[\s\S]*\/account\/export/)
  const events = await portal.db('activity').where({ account_id: person.accountId }).pluck('event')
  assert.deepEqual(
    events.filter((event) => event.startsWith('export.')),
    ['export.asked', 'export.ready'],
  )
})

it('the page after the button says first that the file is being made', async () => {
  const { visitor } = await arrive(portal)
  await portal.stopWorker()
  await ask(visitor)
  const said = await visitor.get('/account/export')
  assert.match(said.html, /<title>The file is being made – Your data/)
  assert.match(said.html, /autofocus>\s*<h2[^>]*>The file is being made/)
  assert.doesNotMatch((await visitor.get('/account/export')).html, /autofocus/, 'once')
  await portal.startWorker()
})

it('a fourth file of a day is refused, and says when the next may be asked for', async () => {
  const person = await arrive(portal)
  const { visitor, accountId } = person
  await fetchThree(person)
  const refused = await ask(visitor)
  assert.deepEqual([refused.status, refused.page], [429, 'too-many-tries'])
  assert.ok(Number(refused.headers.get('retry-after')) > 80_000)
  assert.equal((await filesOf(accountId)).length, 3)
})

it('A deleted file counts like a kept one.', async () => {
  const person = await arrive(portal)
  await fetchThree(person)
  await person.visitor.post('/account/sessions/end-others', {}, { from: '/account/sessions' })
  assert.deepEqual(await filesOf(person.accountId), [])
  assert.equal((await ask(person.visitor)).status, 429)
})

it('a file whose job gave up is made once its owner starts it again', async () => {
  const { visitor, accountId } = await arrive(portal)
  const id = randomUUID()
  const at = portal.clock.now()
  const times = { asked_at: at, expires_at: new Date(at.getTime() + day) }
  const from = { device: '', place: '' }
  const key = `export:${id}`
  await portal.db('exports').insert({ id, account_id: accountId, epoch: 1, ...from, ...times })
  await portal.db.raw(
    `select graphile_worker.add_job('export:make', json_build_object('id', ?::text),
       run_at => now() + interval '1 day', job_key => ?)`,
    [id, key],
  )
  await portal.db.raw(
    'update graphile_worker._private_jobs set attempts = max_attempts where key = ?',
    [key],
  )
  const isLate = async () => (await visitor.get('/account/export')).html.includes('>Start again<')
  assert.equal(await isLate(), false)
  await filesOf(accountId).update({ asked_at: new Date(at.getTime() - 3_600_000) })
  assert.equal(await isLate(), true)
  await ask(visitor)
  assert.equal(await eventually(() => linkOn(visitor)), `/account/export/${id}`)
})

it('a file is gone after a week, and its row with the next cleaning', async () => {
  const { visitor, accountId } = await arrive(portal)
  const path = await fetchFile(visitor)
  await filesOf(accountId).update({ expires_at: portal.clock.now() })
  assert.equal((await visitor.get(path)).status, 404)
  const cleanUp = portal.tasks['clean-up']
  assert.ok(cleanUp)
  await cleanUp({}, { attempt: 1, maxAttempts: 1 } as never)
  assert.deepEqual(await filesOf(accountId), [])
  await fetchFile(visitor)
  const [{ ready_at, expires_at }] = await filesOf(accountId)
  assert.equal(expires_at - ready_at, 7 * day)
})

it('the end of an account ends its files', async () => {
  const { visitor, accountId } = await arrive(portal)
  await fetchFile(visitor)
  await portal.db.transaction(async (outer) => {
    const locked = await lockAccountAsItStands(outer, accountId)
    assert.ok(locked)
    await portal.parts.life.close(locked.trx, { accountId, at: portal.clock.now() })
  })
  assert.deepEqual(await filesOf(accountId), [])
})

it('A file of an earlier epoch opens for nobody.', async () => {
  const { visitor, accountId } = await arrive(portal)
  const path = await fetchFile(visitor)
  await filesOf(accountId).update({ epoch: portal.db.raw('epoch - 1') })
  assert.equal((await visitor.get(path)).status, 404)
  assert.equal(await linkOn(visitor), undefined)
})

it('An undo deletes the files that a stranger may have asked for.', async () => {
  const person = await equip(portal)
  await fetchFile(person.browser)
  const link = await undoLinkOf(portal, person.address, /file is ready/)
  const used = await portal.visitor().post(link, {})
  assert.equal(used.status, 303)
  assert.deepEqual(await filesOf(person.accountId), [])
})

it('What staff only think of is told to nobody.', async () => {
  const { visitor, accountId } = await arrive(portal)
  const measure = { account_id: accountId, measure: 'block', cause: 'spam' }
  const at = portal.clock.now()
  await portal.db('measures').insert([
    { ...measure, state: 'refused', proposed_at: at },
    { ...measure, measure: 'limit-sending', state: 'in-force', proposed_at: at, taken_at: at },
  ])
  const { tables } = (await readFile(visitor)).body
  assert.deepEqual(
    tables.measures.map((row: { measure: string }) => row.measure),
    ['limit-sending'],
  )
})
