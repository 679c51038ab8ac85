// The ways by which reports reach the portal: form, file and LMTP.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createTransport } from 'nodemailer'
import { deleteOldEvidence, openKeptEvidence } from '#server/desk/evidence/evidence-store.ts'
import { viewEvidence } from '#server/desk/evidence/view-evidence.ts'
import { startLmtp } from '#server/desk/reports/mail/lmtp.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { createTestDatabase } from '#test/support/database.ts'
import {
  ourDomain,
  reporterDkim,
  sendLetter,
  startAbusePortal,
  untilJudged,
  useAbusePortal,
} from '#test/support/desk/abuse.ts'
import { assertAbsent, dumpDatabase } from '#test/support/dump.ts'
import { heavy, scripts, zipBomb } from '#test/support/letters/hostile-letters.ts'
import { type FormPart, multipart, multipartType } from '#test/support/multipart.ts'
import { accountIdOf, hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

let hannaId: string
const portal = useAbusePortal({}, async (portal) => {
  await register(portal, hanna)
  hannaId = await accountIdOf(portal, hanna.login)
})

const good = { sender: `${hanna.login}@${ourDomain}`, kind: 'spam' }

async function upload(
  visitor: Visitor,
  parts: readonly FormPart[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const token = { name: '_csrf', value: await visitor.token('/report') }
  const fields = Object.entries(good).map(([name, value]) => ({ name, value }))
  return await visitor.send('/report', multipart([token, ...fields, ...parts]), {
    ...multipartType(),
    ...headers,
  })
}

const countReports = async () =>
  Number((await portal.db('abuse_reports').count('* as n').first())?.n)

test('a letter sent as a file is judged like one that was pasted', async () => {
  const letter = await sendLetter(portal.keyring, {
    accountId: hannaId,
    from: good.sender,
    subject: 'As a file',
  })
  const answer = await upload(portal.visitor(), [
    { name: 'message_file', value: Buffer.from(letter, 'latin1'), file: 'letter.eml' },
    { name: 'message_source', value: '' },
    { name: 'reporter', value: '' },
    { name: 'note', value: 'Вельмі падазрона' },
  ])
  assert.deepEqual([answer.status, answer.location], [303, '/report/sent'], answer.errors.join())
  await untilJudged(portal)
  const row = await portal.db('abuse_reports').orderBy('id', 'desc').first()
  assert.deepEqual(
    [row.verdict, row.how, row.sender_by, row.content],
    ['proven', 'source', 'trace', 'intact'],
  )
})

test('of a letter larger than ten mebibytes the header and the beginning are kept', async () => {
  const lines = `${'A large letter, line by line. '.repeat(2)}\r\n`.repeat(300_000)
  const letter = await sendLetter(portal.keyring, {
    accountId: hannaId,
    from: good.sender,
    body: lines,
  })
  const visitor = portal.visitor()
  const file = { name: 'message_file', value: Buffer.from(letter, 'latin1'), file: 'large.eml' }
  // Refused first, so that the letter is kept meanwhile.
  const refused = await upload(visitor, [file, { name: 'reporter', value: 'nobody' }])
  assert.deepEqual([refused.status, refused.errors], [422, ['reporter.shape']])
  const kept = /name="kept_file" value="([^"]+)"/.exec(refused.html)?.[1] ?? ''
  const taken = await visitor.post('/report', { ...good, kept_file: kept })
  assert.equal(taken.status, 303, taken.errors.join())
  await untilJudged(portal)
  const row = await portal.db('abuse_reports').orderBy('id', 'desc').first()
  assert.deepEqual([row.verdict, row.sender_by, row.content], ['proven', 'trace', 'unknown'])
  assert.ok(row.reasons.includes('trace-begins-same'), row.reasons.join())
  const evidence = await openKeptEvidence(portal.db, portal.keyring, row.evidence_id)
  assert.equal(evidence?.sizeBytes, letter.length)
  assert.ok((evidence?.source.length ?? 0) < 1.1 * 1024 * 1024, `${evidence?.source.length}`)
})

test('a report form with faults is shown again with the typed values', async () => {
  const visitor = portal.visitor()
  const before = await countReports()
  const none = await visitor.post('/report')
  assert.deepEqual([none.status, none.errors], [422, ['sender.missing', 'kind.missing']])
  const wrong = await visitor.post('/report', {
    sender: 'nobody at home',
    kind: 'boredom',
    reporter: 'me@',
    note: 'n'.repeat(5001),
    message_source: 'x'.repeat(1_000_001),
  })
  assert.deepEqual(
    [wrong.status, wrong.errors],
    [
      422,
      [
        'sender.shape',
        'kind.unknown',
        'message_source.too-long',
        'note.too-long',
        'reporter.shape',
      ],
    ],
  )
  assert.match(wrong.html, /value="nobody at home"/)
  const outlook = await upload(visitor, [
    { name: 'message_file', value: Buffer.from('d0cf11e0a1b11ae1aaaa', 'hex'), file: 'letter.msg' },
  ])
  assert.deepEqual([outlook.status, outlook.errors], [422, ['message_file.outlook-msg']])
  const empty = await upload(visitor, [{ name: 'message_file', value: '', file: 'letter.eml' }])
  assert.deepEqual([empty.status, empty.errors], [422, ['message_file.empty']])
  assert.equal(await countReports(), before)
})

test('a file is read only for the form that has one, within its network’s limits', async () => {
  const visitor = portal.visitor()
  const before = await countReports()
  const token = await visitor.token('/report')
  const big = await upload(visitor, [
    { name: 'message_file', value: Buffer.alloc(27 * 1024 * 1024, 'a'), file: 'big.eml' },
  ])
  assert.equal(big.status, 413)
  const elsewhere = await visitor.send(
    '/sign-in',
    multipart([
      { name: '_csrf', value: token },
      { name: 'login', value: 'a', file: 'x' },
    ]),
    multipartType(),
  )
  assert.equal(elsewhere.status, 403)
  // The server of this database ends with that of the first portal.
  const database = await createTestDatabase()
  const few = await startAbusePortal({
    database,
    worker: false,
    env: { LIMIT_REPORTS_PER_IP_HOUR: '2' },
  })
  try {
    const other = few.visitor()
    for (let n = 0; n < 2; n += 1) assert.equal((await other.post('/report', good)).status, 303)
    const full = await upload(other, [
      { name: 'message_file', value: 'From: a@b.example', file: 'x.eml' },
      { name: 'note', value: 'They know where I live' },
    ])
    assert.equal(full.status, 429)
    assert.ok(Number(full.headers.get('retry-after')) > 0)
    assert.match(full.html, /we take 2 reports an hour.*They know where I live/s)
    assert.match((await other.get('/report')).html, /They know where I live/)
  } finally {
    await few.stop()
    await database.db.destroy()
  }
  assert.equal(await countReports(), before)
})

test('a pasted letter is taken as it is, with NUL and broken characters', async () => {
  const visitor = portal.visitor()
  const message_source = `From: ${good.sender}\r\nSubject: \0\ufffd\r\n\r\n\ufffd\0 words`
  const pasted = await visitor.post('/report', { ...good, message_source })
  assert.equal(pasted.location, '/report/sent', pasted.errors.join())
  const parts = [{ name: 'message_source', value: message_source }]
  assert.equal((await upload(visitor, parts)).location, '/report/sent')
  const rows = await portal.db('abuse_reports').orderBy('id', 'desc').limit(2)
  for (const { evidence_id } of rows) {
    const kept = await openKeptEvidence(portal.db, portal.keyring, evidence_id)
    assert.equal(kept?.source.toString(), message_source)
  }
  assert.equal((await visitor.post('/report', { ...good, note: 'a\0' })).status, 400)
})

test('malformed multipart bodies are refused with 4xx and store nothing', async () => {
  const visitor = portal.visitor()
  const before = await countReports()
  const csrf = { name: '_csrf', value: await visitor.token('/report') }
  const file = (name: string) => ({ name, value: 'From: a@b.example\r\n\r\nx', file: 'a.eml' })
  const tricks: Record<string, { body: Buffer; type?: Record<string, string> }> = {
    'two files': { body: multipart([csrf, file('message_file'), file('message_file')]) },
    'a file under another name': { body: multipart([csrf, file('kind')]) },
    'a file in place of the token': { body: multipart([file('_csrf')]) },
    'a prototype': { body: multipart([csrf, { name: '__proto__[sender]', value: 'x' }]) },
    'an index without end': { body: multipart([csrf, { name: 'sender[999999999]', value: 'x' }]) },
    'a list for a text': {
      body: multipart([
        csrf,
        { name: 'sender', value: 'a@b.example' },
        { name: 'sender', value: 'c@d.example' },
        { name: 'kind', value: 'spam' },
      ]),
    },
    'a thousand fields': {
      body: multipart([
        csrf,
        ...Array.from({ length: 1000 }, (_, n) => ({ name: `f${n}`, value: '1' })),
      ]),
    },
    'a field name of a megabyte': {
      body: multipart([csrf, { name: 'a'.repeat(1_000_000), value: 'x' }]),
    },
    'no boundary': { body: multipart([csrf]), type: { 'content-type': 'multipart/form-data' } },
    'another boundary': { body: multipart([csrf]), type: multipartType('else') },
    'a body that breaks off': { body: multipart([csrf, file('message_file')]).subarray(0, -30) },
    'a thousand header lines in a part': {
      body: Buffer.from(
        `--bo-un-da-ry\r\n${'X-A: b\r\n'.repeat(1000)}` +
          'Content-Disposition: form-data; name="sender"\r\n\r\nx\r\n--bo-un-da-ry--\r\n',
      ),
    },
    'a null character': {
      body: multipart([
        csrf,
        { name: 'sender', value: 'a\0@b.example' },
        { name: 'kind', value: 'spam' },
      ]),
    },
    'nothing at all': { body: Buffer.alloc(0) },
  }
  for (const [what, { body, type }] of Object.entries(tricks)) {
    const { status } = await visitor.send('/report', body, type ?? multipartType())
    assert.ok(status >= 400 && status < 500, `${what}: ${status}`)
  }
  const foreign = await visitor.send('/report', multipart([csrf, file('message_file')]), {
    ...multipartType(),
    origin: 'https://evil.example',
  })
  assert.equal(foreign.status, 403, 'refused before it is read')
  assert.equal(
    (
      await visitor.send(
        '/report',
        multipart([...Object.entries(good).map(([name, value]) => ({ name, value }))]),
        multipartType(),
      )
    ).status,
    403,
  )
  assert.equal(await countReports(), before)
})

test('hostile letters are judged within the limits, and their page stays harmless', async () => {
  const { desk } = portal.parts
  const letters: Record<string, string> = {
    ...scripts,
    ...Object.fromEntries(
      [
        'parts nested 100 deep',
        'letters in letters 100 deep',
        'a million parts',
        'a million header fields',
      ].map((name) => [name, heavy[name]?.() ?? '']),
    ),
  }
  const taken = []
  for (const [name, letter] of Object.entries(letters)) {
    const source = Buffer.from(letter, 'latin1')
    const report = {
      ...good,
      channel: 'form',
      kind: 'malware',
      how: 'source',
      reporter: null,
      note: name,
    } as const
    taken.push(
      await takeReport(desk, {
        ...report,
        source,
        locale: 'en',
        network: `hostile:${name}`,
        acknowledge: false,
      }),
    )
  }
  const bomb = await upload(portal.visitor(), [
    { name: 'message_file', value: zipBomb(), file: 'letter.zip' },
  ])
  assert.equal(bomb.status, 303)
  await untilJudged(portal, 120)
  for (const { id } of taken) {
    const row = await portal.db('abuse_reports').where({ id }).first()
    assert.ok(['unproven', 'not-ours'].includes(row.verdict))
    const shown = await viewEvidence(
      desk,
      { evidenceId: row.evidence_id, caseId: null, staffId: hannaId },
      'html',
    )
    const html = shown?.outcome.kind === 'letter' ? (shown.outcome.letter.safeHtml ?? '') : ''
    assert.doesNotMatch(
      html,
      /<(?:script|svg|img|iframe|link|form)|<[^<>]*\s(?:on\w+|href|src|style)=/i,
    )
  }
})

test('uploads that break off leave room for others', async () => {
  const { port } = new URL(portal.url)
  for (let n = 0; n < 12; n += 1) {
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      [
        'POST /report HTTP/1.1',
        'Host: x',
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 100000',
        '',
        '--x',
        'Content-Disposition: form-data; name="message_file"; filename="a.eml"',
        '',
        'half',
      ].join('\r\n'),
    )
    await new Promise((done) => setTimeout(done, 30))
    socket.destroy()
  }
  await eventually(async () => {
    const answer = await upload(portal.visitor(), [
      { name: 'message_file', value: 'From: a@b.example\r\n\r\nx', file: 'a.eml' },
    ])
    return answer.status === 303
  })
})

test('large uploads take turns, and leave room for small ones', async () => {
  const { port } = new URL(portal.url)
  const begin = async (network: number) => {
    const socket = connect(Number(port), '127.0.0.1')
    const answer = once(socket, 'data').then(([data]) => String(data).slice(0, 12))
    socket.write(
      [
        'POST /report HTTP/1.1',
        'Host: x',
        `X-Forwarded-For: 192.0.2.${network}`,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 27000000',
        '',
        '--x',
      ].join('\r\n'),
    )
    return { socket, answer }
  }
  const small = [{ name: 'message_file', value: 'From: a@b.example\r\n\r\nx', file: 'a.eml' }]
  const large = await Promise.all([1, 2, 3, 4].map(begin))
  await new Promise((done) => setTimeout(done, 300))
  const fifth = await begin(5)
  assert.equal(await fifth.answer, 'HTTP/1.1 503')
  assert.equal((await upload(portal.visitor(), small)).status, 303)
  for (const { socket, answer } of [...large, fifth]) {
    answer.catch(() => {})
    socket.destroy()
  }
})

test('evidence is never changed, and deleted only when its time is over', async () => {
  const { keyring } = portal
  const row = await portal.db('evidence').first('id', 'kept_until')
  for (const statement of [
    "update evidence set body = 'x'",
    'update evidence set sha256 = sha256',
    "update evidence set kept_until = now() - interval '1 day'",
    'delete from evidence',
    'truncate evidence cascade',
    'update evidence_views set what = what',
    'delete from evidence_views',
  ])
    await assert.rejects(portal.db.raw(statement), { code: '23001' }, statement)
  assert.ok((await openKeptEvidence(portal.db, keyring, row.id))?.source.length)
  assert.equal(await deleteOldEvidence(portal.db, portal.clock.now(), 1000), 0)
  const later = new Date(row.kept_until.getTime() + 86_400_000)
  const all = Number((await portal.db('evidence').count('* as n').first())?.n)
  assert.equal(await deleteOldEvidence(portal.db, later, all + 1), all)
  assert.equal(
    await viewEvidence(
      portal.parts.desk,
      { evidenceId: row.id, caseId: null, staffId: hannaId },
      'text',
    ),
    undefined,
  )
  assert.ok(await portal.db('evidence_views').first(), 'who looked is kept')
})

test('evidence is shown only if its hash still fits the letter that was handed in', async () => {
  const { desk } = portal.parts
  const source = await sendLetter(portal.keyring, { accountId: hannaId, from: good.sender })
  const report = { channel: 'form', kind: 'spam', how: 'source', reporter: null, note: '' } as const
  await takeReport(desk, {
    ...report,
    source,
    sender: good.sender,
    locale: 'en',
    network: 'x',
    acknowledge: false,
  })
  const { id } = await portal.db('evidence').orderBy('created_at', 'desc').first('id')
  await portal.db
    .transaction(async (trx) => {
      // Only the owner of the table can disable its triggers.
      await trx.raw('alter table evidence disable trigger user')
      await trx.raw(
        `update evidence set body = set_byte(body, 40, (get_byte(body, 40) + 1) % 256)
         where id = ?`,
        [id],
      )
      await assert.rejects(openKeptEvidence(trx, portal.keyring, id), { name: 'EvidenceError' })
      throw new Error('put back')
    })
    .catch((fault) => assert.equal(fault.message, 'put back'))
})

test('a copy of the database shows neither reporter, note, subject nor letter', async () => {
  const visitor = portal.visitor()
  const subject = 'Gewinnbenachrichtigung'
  const reporter = 'olga.private@elsewhere.example'
  const note = 'They know where I live, Nemiga 12'
  const body = 'the very words of this letter'
  const message_source = await sendLetter(portal.keyring, {
    accountId: hannaId,
    from: good.sender,
    subject,
    body,
  })
  await portal.stopWorker()
  const answer = await visitor.post('/report', { ...good, message_source, reporter, note })
  assert.equal(answer.status, 303, answer.errors.join())
  const secrets = {
    reporter,
    note,
    subject,
    body,
    'progress token': visitor.cookies.get('report') ?? '',
  }
  assertAbsent(await dumpDatabase(portal.db), secrets)
  await portal.startWorker()
  await untilJudged(portal)
  assertAbsent(await dumpDatabase(portal.db), { reporter, note, subject, body })
})

test('an unproven address gets few mails a day, without words of the reporter', async () => {
  const to = 'victim@elsewhere.example'
  const visitor = portal.visitor()
  for (let n = 0; n < 8; n += 1) {
    const answer = await visitor.post('/report', {
      ...good,
      reporter: to,
      note: 'BUY NOW',
      message_source: `Subject: BUY ${n}\n\nNOW`,
    })
    assert.equal(answer.status, 303)
  }
  await untilJudged(portal)
  const sent = async () =>
    (
      JSON.parse((await visitor.get('/dev/outbox.json')).html) as { to: string; text: string }[]
    ).filter((each) => each.to === to)
  await eventually(async () => (await sent()).length >= 5)
  const mails = await sent()
  assert.equal(mails.length, 5)
  for (const { text } of mails) assert.doesNotMatch(text, /BUY|NOW/)
})

test('LMTP takes in forwarded letters, but no loops and no mail for others', async () => {
  const lmtp = await startLmtp(portal.parts.desk, '127.0.0.1', 0)
  try {
    const transport = createTransport({
      host: '127.0.0.1',
      port: lmtp.port,
      lmtp: true,
      ignoreTLS: true,
      dkim: reporterDkim,
    } as object)
    const letter = await sendLetter(portal.keyring, {
      accountId: hannaId,
      from: good.sender,
      subject: 'By mail',
    })
    const mail = {
      from: 'Piotr <piotr@elsewhere.example>',
      to: `abuse@${ourDomain}`,
      subject: 'Fwd',
      text: 'Look at this',
      attachments: [{ filename: 'letter.eml', contentType: 'message/rfc822', content: letter }],
    }
    const before = await countReports()
    await transport.sendMail(mail)
    assert.equal(await countReports(), before + 1)
    await untilJudged(portal)
    const row = await portal.db('abuse_reports').orderBy('id', 'desc').first()
    assert.deepEqual([row.channel, row.verdict], ['mail', 'proven'])
    await transport.sendMail({ ...mail, headers: { 'X-Postern-Loop': '1' } })
    assert.equal(await countReports(), before + 1)
    await assert.rejects(transport.sendMail({ ...mail, to: `hanna.k@${ourDomain}` }), {
      responseCode: 550,
    })
    const huge = await transport.sendMail({ ...mail, text: 'a\n'.repeat(10 * 1024 * 1024) })
    assert.deepEqual(huge.rejected, [`abuse@${ourDomain}`])
    await transport.sendMail({ ...mail, attachments: [], text: 'Somebody wrote me something bad' })
    const visitor = portal.visitor()
    const outbox = async () =>
      (
        JSON.parse((await visitor.get('/dev/outbox.json')).html) as { to: string; text: string }[]
      ).filter((each) => each.to === 'piotr@elsewhere.example')
    await eventually(async () => (await outbox()).length === 2)
    assert.ok((await outbox()).some(({ text }) => text.includes('/help/suspicious-letters#source')))
  } finally {
    await lmtp.stop()
  }
})
