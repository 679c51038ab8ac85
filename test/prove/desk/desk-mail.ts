// Hands mail of 120 kinds to the desk by LMTP and IMAP while its worker is killed.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { connectDatabase, type Db } from '#db/connection.ts'
import { ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { forwards } from '#test/support/letters/forwards.ts'
import { startImapServer } from '#test/support/letters/imap-server.ts'
import { createOurMail, ourDomain } from '#test/support/letters/our-mail.ts'
import { abuseAddress, reportMailTable } from '#test/support/letters/report-mails.ts'
import { eventually } from '#test/support/portal.ts'
import { freePort } from '#test/support/ports.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'

export interface DeskMailFigures {
  readonly kinds: number
  readonly mails: number
  readonly kills: number
  readonly reports: number
  readonly answersToUs: number
  readonly handedInAgain: number
}

interface Kind {
  readonly name: string
  readonly mail: Buffer
  /** How many reports; none for an answer to us. */
  readonly reports: number
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** An answer, a bounce and a receipt of one mail of ours. */
function answersTo(id: string): Kind[] {
  const head = (more: string) => `From: x@elsewhere.example\r\nSubject: Re\r\n${more}\r\n\r\n`
  const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`
  const returned = part('text/rfc822-headers', `From: a@b.example\r\nMessage-ID: <${id}@localhost>`)
  const report = (type: string, parts: string) =>
    `${head(`Content-Type: multipart/report; report-type=${type}; boundary=b`)}${parts}--b--\r\n`
  const receipt = part('message/disposition-notification', `Original-Message-ID: <${id}@localhost>`)
  return Object.entries({
    'an answer to us': `${head(`In-Reply-To: <${id}@localhost>`)}Thanks\r\n`,
    'an absence note for us': `${head(`References: <${id}@localhost>\r\nPrecedence: bulk`)}away\r\n`,
    'a bounce of ours': report('delivery-status', returned),
    'a receipt for ours': report('disposition-notification', receipt),
  }).map(([name, mail]) => ({ name, mail: Buffer.from(mail, 'latin1'), reports: 0 }))
}

async function kindsOf(id: string): Promise<Kind[]> {
  const table = await reportMailTable(createOurMail())
  return [
    ...table.map(({ name, mail, expected }) => ({
      name,
      mail,
      reports:
        expected.kind === 'ours' ? 0 : expected.kind === 'report' ? (expected.letters ?? 1) : 1,
    })),
    ...forwards().map(({ name, mail }) => ({ name, mail, reports: 1 })),
    ...answersTo(id),
  ]
}

/** Its own Message-ID, so that no kind is taken for another. */
function named(mail: Buffer, name: string): Buffer {
  const text = mail.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const own = `Message-ID: <${name}@elsewhere.example>\r\n`
  const head = text.slice(0, end).replace(/(^|\r\n)Message-ID: [^\r]*(?=\r\n|$)/gi, '')
  return Buffer.from(own + head.replace(/^\r\n/, '') + text.slice(end), 'latin1')
}

async function sendByLmtp(port: number, raw: Buffer): Promise<number> {
  for (let again = 0; ; again += 1) {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      lmtp: true,
      ignoreTLS: true,
    } as object)
    try {
      const envelope = { from: 'x@elsewhere.example', to: [abuseAddress] }
      const { rejected } = await transport.sendMail({ envelope, raw })
      assert.deepEqual(rejected, [])
      return again
    } catch (fault) {
      const { responseCode = 0 } = fault as { responseCode?: number }
      assert.ok(responseCode < 500, `refused with ${responseCode}`)
      await pause(50)
    } finally {
      transport.close()
    }
  }
}

const fetchNow = (db: Db) =>
  db.raw("select graphile_worker.add_job('abuse:fetch', '{}'::json, queue_name => 'abuse-fetch')")

async function count(db: Db, table: string): Promise<number> {
  return Number((await db(table).count('* as n').first())?.n)
}

async function pretendSent(db: Db): Promise<string> {
  const id = randomUUID()
  const at = new Date()
  await db('messages').insert({
    id,
    channel: 'mail',
    name: 'report-received',
    state: 'sent',
    created_at: at,
    due_at: at,
    settled_at: at,
    expires_at: at,
  })
  return id
}

/** Each kind goes by one way, and every fourth by both. @param oneOf takes one kind of so many */
export async function proveDeskMail(ask: {
  readonly kills: number
  readonly oneOf?: number
}): Promise<DeskMailFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-desk-mail-'))
  await chmod(folder, 0o711)
  const postgres = await startEmbeddedPostgres(folder, ['-c', 'fsync=off'])
  const databaseUrl = await ensureDatabase(postgres, 'portal')
  const imap = await startImapServer()
  const lmtp = await freePort()
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    MAIL_DOMAINS: ourDomain,
    ABUSE_IMAP_URL: imap.url,
    ABUSE_LMTP_PORT: String(lmtp),
    LOG_LEVEL: 'error',
  }
  let portal: PortalProcess = await startPortalProcess(env)
  const db = connectDatabase(databaseUrl, 4)
  try {
    const all = await kindsOf(await pretendSent(db))
    const kinds = all.filter((_, n) => n % (ask.oneOf ?? 1) === 0)
    let again = 0
    let sent = 0
    let isDone = false
    const sending = (async () => {
      for (const [n, { name, mail }] of kinds.entries()) {
        const raw = named(mail, `kind.${n}`)
        if (n % 2 === 0 || n % 4 === 1) imap.append(raw)
        if (n % 2 === 1)
          again += await sendByLmtp(lmtp, raw).catch((fault) => {
            throw new Error(`${name}: ${fault.message}`)
          })
        if (n % 2 === 0) await fetchNow(db)
        sent += 1
      }
      isDone = true
    })()
    sending.catch(() => {})
    for (let kill = 0; kill < ask.kills; kill += 1) {
      const before = sent
      for (let waited = 0; sent === before && !isDone && waited < 10_000; waited += 10)
        await pause(10)
      await pause(Math.random() * 200)
      await portal.end('SIGKILL')
      portal = await startPortalProcess(env)
      await fetchNow(db)
    }
    await sending
    await eventually(async () => {
      if (imap.unseen() > 0) await fetchNow(db)
      await pause(200)
      return imap.unseen() === 0
    }, 180)
    await eventually(
      async () => (await db('abuse_reports').whereNull('judged_at').first()) === undefined,
      180,
    )
    const wanted = kinds.reduce((sum, { reports }) => sum + reports, 0)
    const answers = kinds.filter(({ reports }) => reports === 0).length
    const left = await db('abuse_mails')
      .where('outcome', 'like', 'ignored:%')
      .count('* as n')
      .first()
    const figures = {
      kinds: kinds.length,
      mails: await count(db, 'abuse_mails'),
      kills: ask.kills,
      reports: await count(db, 'abuse_reports'),
      answersToUs: Number(left?.n),
      handedInAgain: again,
    }
    assert.deepEqual(
      [figures.mails, figures.reports, figures.answersToUs],
      [kinds.length, wanted, answers],
      JSON.stringify(figures),
    )
    return figures
  } finally {
    await db.destroy()
    await portal.end()
    await imap.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
