// The portal of the proof `abuse-letters-http`, in its own process, apart from the sender.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startLmtp } from '#server/desk/reports/mail/lmtp.ts'
import { findReport } from '#server/desk/reports/report-store.ts'
import { answerParent } from '#test/bench/child.ts'
import { untilJudged } from '#test/support/desk/abuse.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import { scripts } from '#test/support/letters/hostile-letters.ts'
import { letterTable } from '#test/support/letters/letter-table.ts'
import { createOurMail, ourDomain } from '#test/support/letters/our-mail.ts'
import { reportMailTable } from '#test/support/letters/report-mails.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'

export type LettersQuestion =
  | { readonly ask: 'start' }
  /** Waits until all reports are judged. */
  | { readonly ask: 'findings' }
  /** Opens every nth letter as an analyst, as text, HTML and bytes. */
  | { readonly ask: 'look'; readonly every: number }

export interface LettersStart {
  readonly url: string
  readonly lmtpPort: number
  /** Undamaged letters and report mails, in latin1. */
  readonly letters: readonly string[]
  readonly mails: readonly string[]
}

export interface LettersFindings {
  readonly reports: number
  readonly withoutCase: number
  /** Log lines of failed jobs and unexpected errors. */
  readonly faults: readonly string[]
  readonly verdicts: Readonly<Record<string, number>>
  readonly unreadable: Readonly<Record<string, number>>
  /** Accused accounts that sent nothing. */
  readonly wronglyNamed: number
  /** Milliseconds of a job, with its wait for the letter parser. */
  readonly judgingMs: { readonly median: number; readonly p99: number; readonly slowest: number }
  /** The longest delay of the portal's event loop. */
  readonly heldUpMs: number
}

const senders = ['hanna', 'boris']
const ids = new Map<string, string>()
const mail = createOurMail((login) => ids.get(login) ?? login)
const noDns = mail.parts.dkim.resolveTxt
const many = '1000000000'
const portal = await startTestPortal({
  env: {
    MAIL_DOMAINS: ourDomain,
    SECRET_KEYS: mail.secretKeys.join(),
    DKIM_KEYS: JSON.stringify(mail.parts.dkim.keys),
    OWN_RELAYS: `.${ourDomain},203.0.113.0/28,2001:db8:1::/48`,
    LIMIT_REPORTS_PER_IP_HOUR: many,
  },
  ports: { resolveTxt: noDns },
})
const held = monitorEventLoopDelay({ resolution: 5 })

async function start(): Promise<LettersStart> {
  for (const login of [...senders, 'clara']) {
    await register(portal, { login, password: 'forty storks over the marsh' })
    ids.set(login, await accountIdOf(portal, login, ourDomain))
  }
  const lmtp = await startLmtp(portal.parts.desk, '127.0.0.1', 0)
  const binary = (input: Uint8Array | string) => Buffer.from(input as string).toString('latin1')
  const letters = [
    ...(await letterTable(mail)).map(({ input }) => binary(input)),
    ...Object.values(scripts),
  ]
  const mails = (await reportMailTable(mail)).map((row) => binary(row.mail))
  held.enable()
  return { url: portal.url, lmtpPort: lmtp.port, letters, mails }
}

const tally = (names: readonly string[]) =>
  Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]),
  )

async function find(): Promise<LettersFindings> {
  await untilJudged(portal, 3600)
  const rows = await portal.db('abuse_reports').select('id', 'case_id', 'verdict')
  const unreadable: string[] = []
  for (const { id } of rows) {
    const report = await findReport(portal.db, portal.keyring, id)
    if (report?.details.unreadable) unreadable.push(report.details.unreadable)
  }
  const named = await portal.db('abuse_cases').whereNotNull('account_id').select('account_id')
  const known = new Set(senders.map((login) => ids.get(login)))
  const judging = portal.logged
    .map((line) =>
      Number(/Completed task \d+ \(report:judge, ([\d.]+)ms/.exec(line)?.[1] ?? Number.NaN),
    )
    .filter((ms) => !Number.isNaN(ms))
    .sort((one, other) => one - other)
  const at = (share: number) => Math.round(judging[Math.floor((judging.length - 1) * share)] ?? 0)
  return {
    reports: rows.length,
    withoutCase: rows.filter(({ case_id, verdict }) => case_id === null || verdict === null).length,
    faults: portal.logged.filter(
      (line) => line.includes('job failed') || line.includes('"level":"error"'),
    ),
    verdicts: tally(rows.map(({ verdict }) => verdict)),
    unreadable: tally(unreadable),
    wronglyNamed: named.filter(({ account_id }) => !known.has(account_id)).length,
    judgingMs: { median: at(0.5), p99: at(0.99), slowest: at(1) },
    heldUpMs: Math.round(held.max / 1e6),
  }
}

async function look(every: number): Promise<Record<string, number>> {
  const { visitor } = await enrolStaff(portal, 'ada.analyst', 'analyst')
  const rows = await portal
    .db('abuse_reports')
    .whereNotNull('evidence_id')
    .orderBy('id')
    .select('id', 'case_id')
  const answers: string[] = []
  for (const { id, case_id } of rows.filter((_, at) => at % every === 0)) {
    const page = `/staff/cases/${case_id}?before=${Number(id) + 1}&report=${id}`
    for (const path of [
      page,
      `${page}&look=html`,
      `/staff/cases/${case_id}/reports/${id}/source`,
    ]) {
      const { status, html } = await visitor.get(path)
      answers.push(String(status))
      if (path.startsWith(page) && /<script(?! src="\/)|<svg onload/i.test(html))
        answers.push('unsafe')
    }
  }
  return tally(answers)
}

answerParent<LettersQuestion, unknown>(async (question) => {
  if (question.ask === 'start') return await start()
  return question.ask === 'findings' ? await find() : await look(question.every)
})
