// Sends damaged letters by form, file and LMTP to a running portal that judges them.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTransport } from 'nodemailer'
import { startChild } from '#test/bench/child.ts'
import { mutations } from '#test/support/letters/mutate.ts'
import { ourDomain } from '#test/support/letters/our-mail.ts'
import { multipart, multipartType } from '#test/support/multipart.ts'
import { createVisitor } from '#test/support/visitor.ts'
import type { LettersFindings, LettersQuestion, LettersStart } from './letters-portal.ts'

export interface LettersHttpOptions {
  /** By the form: half pasted, half as files. */
  readonly letters: number
  /** By LMTP. */
  readonly mails: number
  readonly allowedMs: number
  /** An analyst opens every nth letter afterwards. */
  readonly openedEvery: number
  readonly seed?: number
}

interface Answers {
  readonly answers: Readonly<Record<string, number>>
  readonly medianMs: number
  readonly p99Ms: number
  readonly slowestMs: number
}

function createTally() {
  const answers: Record<string, number> = {}
  const times: number[] = []
  return {
    note(what: string, ms: number) {
      answers[what] = (answers[what] ?? 0) + 1
      times.push(ms)
    },
    result(): Answers {
      times.sort((one, other) => one - other)
      const at = (share: number) =>
        Math.round((times[Math.floor((times.length - 1) * share)] ?? 0) * 10) / 10
      return { answers, medianMs: at(0.5), p99Ms: at(0.99), slowestMs: at(1) }
    },
  }
}

const damaged = (originals: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...originals), mutations(originals))
    .map(([original, mutate]) => mutate(original))

const parameters = (numRuns: number, seed: number | undefined) => ({
  numRuns,
  endOnFailure: true,
  ...(seed === undefined ? {} : { seed }),
})

async function sendByForm(
  { url, letters }: LettersStart,
  options: LettersHttpOptions,
): Promise<Answers> {
  const visitor = createVisitor(url)
  const token = await visitor.token('/report')
  const tally = createTally()
  let turn = 0
  await fc.assert(
    fc.asyncProperty(damaged(letters), async (letter) => {
      const n = turn++
      const reporter = n % 20 < 2 ? `reader${n}@elsewhere.example` : ''
      // Distinct notes, because the same form with the same letter is a second click.
      const typed = {
        _csrf: token,
        sender: `hanna@${ourDomain}`,
        kind: 'spam',
        reporter,
        note: `${n}`,
      }
      const fields = Object.entries(typed).map(([name, value]) => ({ name, value }))
      const file = {
        name: 'message_file',
        value: Buffer.from(letter, 'latin1'),
        file: 'letter.eml',
      }
      const begun = performance.now()
      const { status } =
        n % 2
          ? await visitor.send('/report', multipart([...fields, file]), multipartType())
          : await visitor.send(
              '/report',
              new URLSearchParams({ ...typed, message_source: letter }).toString(),
              {
                'content-type': 'application/x-www-form-urlencoded',
              },
            )
      const ms = performance.now() - begun
      tally.note(`${n % 2 ? 'file' : 'pasted'} ${status}`, ms)
      assert.ok(status === 303 || (status >= 400 && status < 500), `${status}`)
      assert.ok(ms <= options.allowedMs, `answered after ${ms} ms`)
      if (status === 303 && n % 25 === 0)
        assert.equal((await visitor.get('/report/sent')).page, 'report-sent')
    }),
    parameters(options.letters, options.seed),
  )
  return tally.result()
}

async function sendByLmtp(
  { lmtpPort, mails }: LettersStart,
  options: LettersHttpOptions,
): Promise<Answers> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: lmtpPort,
    lmtp: true,
    ignoreTLS: true,
    pool: true,
  } as object)
  const tally = createTally()
  let turn = 0
  await fc.assert(
    fc.asyncProperty(damaged(mails), async (same) => {
      // Otherwise nearly all would be duplicates by their Message-ID.
      const mail = same.replace(
        /^Message-ID: <[^>\r\n]*>/im,
        () => `Message-ID: <damaged.${turn++}@elsewhere.example>`,
      )
      const envelope = { from: 'reader@elsewhere.example', to: [`abuse@${ourDomain}`] }
      const begun = performance.now()
      // Throws for temporary faults (4xx) and for refusals.
      const { response } = await transport.sendMail({ envelope, raw: Buffer.from(mail, 'latin1') })
      const ms = performance.now() - begun
      tally.note(String(response), ms)
      assert.ok(ms <= options.allowedMs, `answered after ${ms} ms`)
    }),
    parameters(options.mails, options.seed),
  )
  transport.close()
  return tally.result()
}

const accepted = ({ answers }: Answers) =>
  Object.entries(answers).reduce(
    (sum, [what, count]) => sum + (what.endsWith(' 303') ? count : 0),
    0,
  )

export async function proveAbuseLettersHttp(options: LettersHttpOptions) {
  const portal = startChild<LettersQuestion, unknown>('../prove/desk/letters-portal.ts')
  try {
    const started = (await portal.ask({ ask: 'start' })) as LettersStart
    const form = await sendByForm(started, options)
    const judged = (await portal.ask({ ask: 'findings' })) as LettersFindings
    assert.equal(judged.reports, accepted(form), 'what was accepted is there')
    const lmtp = await sendByLmtp(started, options)
    const opened = await portal.ask({ ask: 'look', every: options.openedEvery })
    const findings = (await portal.ask({ ask: 'findings' })) as LettersFindings
    assert.deepEqual(Object.keys(opened as object), ['200'], 'pages of an analyst')
    for (const { faults, withoutCase, wronglyNamed, unreadable } of [judged, findings]) {
      assert.deepEqual(faults, [])
      assert.deepEqual({ withoutCase, wronglyNamed }, { withoutCase: 0, wronglyNamed: 0 })
      assert.equal(unreadable['too-slow'] ?? 0, 0)
    }
    // Wall-clock time. Letters of more than two seconds would be `too-slow`.
    assert.ok(
      judged.judgingMs.p99 <= options.allowedMs,
      `one letter in a hundred was judged in ${judged.judgingMs.p99} ms`,
    )
    return { form, lmtp, opened, findings: { ...findings, faults: findings.faults.length } }
  } finally {
    await portal.stop()
  }
}
