// The letter of a refused report need not be chosen again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerHour } from '#server/core/durations.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { ourDomain, useAbusePortal } from '#test/support/desk/abuse.ts'
import { assertAbsent, dumpDatabase } from '#test/support/dump.ts'
import { type FormPart, multipart, multipartType } from '#test/support/multipart.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

const portal = useAbusePortal()
const letter = 'From: a@b.example\r\nSubject: A very private letter\r\n\r\nHi \xff\r\n'
const sender = `somebody@${ourDomain}`

async function send(
  visitor: Visitor,
  fields: Record<string, string>,
  file?: { name: string; bytes: Buffer },
  path = '/report',
): Promise<Answer> {
  const token = await visitor.token('/report')
  const parts: FormPart[] = Object.entries({ _csrf: token, sender, ...fields }).map(
    ([name, value]) => ({ name, value }),
  )
  if (file) parts.push({ name: 'message_file', value: file.bytes, file: file.name })
  return await visitor.send(path, multipart(parts), multipartType())
}

/** @returns the body that was sent */
async function reported(visitor: Visitor): Promise<Buffer> {
  const fields = { _csrf: await visitor.token('/report'), sender, kind: 'fraud' }
  const body = multipart(Object.entries(fields).map(([name, value]) => ({ name, value })))
  assert.equal((await visitor.send('/report', body, multipartType())).location, '/report/sent')
  return body
}

const chosen = { name: 'letter.eml', bytes: Buffer.from(letter, 'latin1') }
const handleOn = ({ html }: Answer) => /name="kept_file" value="([^"]+)"/.exec(html)?.[1] ?? ''
const newest = () => portal.db('abuse_reports').orderBy('id', 'desc').first()
const countKept = async () => Number((await portal.db('drafts').count('* as n').first())?.n)

test('the letter of a refused report is kept, shown, and sent with the next try', async () => {
  const visitor = portal.visitor()
  const refused = await send(visitor, {}, chosen)
  assert.deepEqual([refused.status, refused.errors], [422, ['kind.missing']])
  assert.match(refused.html, /letter\.eml, \d+\sbytes? – kept/)
  assertAbsent(await dumpDatabase(portal.db), { subject: 'A very private letter' })
  const again = await send(visitor, { kind: 'spam', kept_file: handleOn(refused) })
  assert.equal(again.location, '/report/sent', again.errors.join())
  const row = await newest()
  assert.equal(row.how, 'source')
  assert.equal(await countKept(), 0, 'it is kept no longer than needed')
})

test('a kept letter of any bytes takes twice its size at most', async () => {
  const bytes = Buffer.alloc(300_000, 0)
  const refused = await send(portal.visitor(), {}, { name: 'zeros.eml', bytes })
  assert.notEqual(handleOn(refused), '')
  const row = await portal.db('drafts').orderBy('kept_at', 'desc').first('bytes')
  assert.ok(row.bytes < 2 * bytes.length, `${row.bytes}`)
  await portal.db('drafts').delete()
})

test('a kept letter is left out if its person removes it or chooses another', async () => {
  const visitor = portal.visitor()
  const refused = await send(visitor, {}, chosen)
  const kept_file = handleOn(refused)
  const removed = await send(visitor, { kind: 'spam', kept_file, forget_file: 'on' })
  assert.equal(removed.location, '/report/sent')
  assert.equal((await newest()).how, 'none')
  const second = handleOn(await send(visitor, {}, chosen))
  const other = { name: 'other.eml', bytes: Buffer.from('From: c@d.example\r\n\r\nother') }
  const replaced = await send(visitor, { kept_file: second }, other)
  assert.match(replaced.html, /other\.eml, \d+\sbytes? – kept/)
  assert.equal(await countKept(), 1)
})

test('what is kept opens only for the browser that sent it, and for an hour', async () => {
  const visitor = portal.visitor()
  const kept_file = handleOn(await send(visitor, {}, chosen))
  const stranger = await send(portal.visitor(), { kind: 'spam', kept_file })
  assert.deepEqual([stranger.status, stranger.errors], [422, ['message_file.gone']])
  portal.clock.advance(msPerHour + 1)
  const late = await send(visitor, { kind: 'spam', kept_file })
  assert.deepEqual([late.status, late.errors], [422, ['message_file.gone']])
})

test('a letter that cannot be kept is asked for again', async () => {
  const visitor = portal.visitor('198.51.100.7')
  let last = await send(visitor, {}, chosen)
  for (let count = 0; count < 20; count += 1) last = await send(visitor, {}, chosen)
  assert.deepEqual(last.errors, ['kind.missing', 'message_file.again'])
})

test('a letter that is too large is refused, and the texts beside it stay', async () => {
  const huge = { name: 'huge.eml', bytes: Buffer.alloc(letterLimits.takenBytes + 1, 'a') }
  const fields = { kind: 'spam', note: 'They want my card.' }
  const refused = await send(portal.visitor(), fields, huge)
  assert.deepEqual([refused.status, refused.errors], [413, ['message_file.too-large']])
  assert.match(refused.html, /They want my card\./)
  assert.equal(handleOn(refused), '')
})

/** The limit that the form of a report counts. */
const reportLimit = () => {
  const { limitReportsPerIpHour: points } = portal.settings
  return portal.parts.limits.limit('reports', { points, seconds: 3600 })
}

test('the page of a limit sends no half of a report', async () => {
  const ip = '198.51.100.9'
  await reportLimit().close(networkOf(ip), 3600)
  const visitor = portal.visitor(ip)
  const message_source = `From: a@b.example\n\n${'long '.repeat(30_000)}`
  const refused = await visitor.post('/report', { sender, kind: 'spam', message_source })
  assert.equal(refused.status, 429)
  assert.doesNotMatch(refused.html, /<form method="post" novalidate>/)
  assert.match(refused.html, /<a class="govuk-button" href="\/report">/)
  assert.ok((await visitor.get('/report')).html.includes('long long'), 'the form has it all')
})

test('a report beyond the limit of its network keeps its texts and its letter', async () => {
  const ip = '198.51.100.8'
  const limit = reportLimit()
  const visitor = portal.visitor(ip)
  const sent = await reported(visitor)
  await limit.close(networkOf(ip), 3600)
  const again = await visitor.send('/report', sent, multipartType())
  assert.equal(again.location, '/report/sent', 'a second click gets the reference of the first')
  const refused = await send(visitor, { kind: 'spam', note: 'They want my card.' }, chosen)
  assert.equal(refused.status, 429)
  assert.match(refused.html, /They want my card\./)
  await limit.forget(networkOf(ip))
  const kept_file = handleOn(refused)
  assert.equal((await send(visitor, { kind: 'spam', kept_file })).location, '/report/sent')
  assert.equal((await newest()).how, 'source')
})

test('a switch of the language by script keeps the chosen letter and the texts', async () => {
  const visitor = portal.visitor()
  const fields = { step: 'language', note: 'They want my card.' }
  const moved = await send(visitor, fields, chosen, '/report?lang=de')
  assert.deepEqual([moved.status, moved.location], [303, '/report'])
  const form = await visitor.get('/report')
  assert.match(form.html, /letter\.eml, \d+\sByte – aufgehoben/)
  assert.match(form.html, /They want my card\./)
})

test('a second click on a report with a kept letter gets the reference of the first', async () => {
  const visitor = portal.visitor()
  const kept_file = handleOn(await send(visitor, {}, chosen))
  const _csrf = await visitor.token('/report')
  const parts = Object.entries({ _csrf, sender, kind: 'spam', kept_file })
  const body = multipart(parts.map(([name, value]) => ({ name, value })))
  const before = Number((await portal.db('abuse_reports').count('* as n').first())?.n)
  const [one, two] = await Promise.all(
    [1, 2].map(() => visitor.send('/report', body, multipartType())),
  )
  assert.deepEqual([one?.location, two?.location], ['/report/sent', '/report/sent'])
  const after = Number((await portal.db('abuse_reports').count('* as n').first())?.n)
  assert.equal(after, before + 1)
})
