// Damaged letters and mails must not crash or delay the reader, nor accuse an innocent account.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseLetter } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance, type Provenance } from '#server/desk/provenance/provenance.ts'
import { parseReportMail } from '#server/desk/reports/mail/parse-report-mail.ts'
import { forwards } from '#test/support/letters/forwards.ts'
import { scripts } from '#test/support/letters/hostile-letters.ts'
import { letterTable } from '#test/support/letters/letter-table.ts'
import { mutations } from '#test/support/letters/mutate.ts'
import { createOurMail, now } from '#test/support/letters/our-mail.ts'
import { abuseAddress, reportMailTable } from '#test/support/letters/report-mails.ts'

export interface Proof {
  readonly runs: number
  readonly counts: Readonly<Record<string, number>>
  /** CPU milliseconds of one letter, read as letter and as report mail, and judged. */
  readonly medianMs: number
  readonly p99Ms: number
  readonly slowestMs: number
}

const HANG_MS = 1000
const ACCOUNTS = ['hanna', 'boris']

/** @throws with the seed and the smallest letter that breaks a rule */
export async function proveAbuseLetters({
  runs,
  seed,
}: {
  runs: number
  seed?: number
}): Promise<Proof> {
  const mail = createOurMail()
  const binary = (input: Uint8Array | string) =>
    typeof input === 'string' ? input : Buffer.from(input).toString('latin1')
  const originals = [
    ...(await letterTable(mail)).map(({ input }) => binary(input)),
    ...(await reportMailTable(mail)).map(({ mail: input }) => binary(input)),
    ...forwards().map(({ mail: input }) => binary(input)),
    ...Object.values(scripts),
  ]
  const counts: Record<string, number> = {}
  const times: number[] = []
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }

  const letters = fc.tuple(fc.constantFrom(...originals), mutations(originals), fc.boolean())
  const property = fc.asyncProperty(letters, async ([original, mutate, pasted]) => {
    const damaged = mutate(original)
    const before = process.threadCpuUsage().user
    const started = performance.now()
    const input = pasted ? damaged : Buffer.from(damaged, 'latin1')
    const outcome = await parseLetter(input)
    count(
      outcome.kind === 'letter' ? `letter ${outcome.letter.shape}` : `refused ${outcome.reason}`,
    )
    if (outcome.kind === 'letter') {
      const provenance = await judgeProvenance({ ...outcome, how: 'source' }, mail.parts, now)
      count(`verdict ${provenance.verdict}`)
      checkSender(provenance)
      assert.doesNotMatch(
        outcome.letter.safeHtml ?? '',
        /<(?:script|svg|img|iframe|style|form|link|meta)\b/i,
      )
      structuredClone(outcome.letter)
    }
    const report = await parseReportMail(Buffer.from(damaged, 'latin1'), [abuseAddress])
    count(`mail ${report.kind}`)
    times.push(performance.now() - started)
    // CPU time does not depend on other load of the machine.
    const spent = (process.threadCpuUsage().user - before) / 1000
    assert.ok(spent < HANG_MS, `${spent} ms for ${damaged.length} characters`)
  })
  await fc.assert(property, {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
    endOnFailure: true,
  })
  times.sort((one, two) => one - two)
  const quantile = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0
  return {
    runs: times.length,
    counts,
    medianMs: quantile(0.5),
    p99Ms: quantile(0.99),
    slowestMs: quantile(1),
  }
}

// A damaged letter can prove only the account that really signed in.
function checkSender({ verdict, sender, content }: Provenance): void {
  if (sender?.by === 'trace') assert.ok(ACCOUNTS.includes(sender.account), sender.account)
  if (verdict === 'proven') assert.deepEqual([sender?.by, content === 'changed'], ['trace', false])
  if (verdict === 'unproven' || verdict === 'not-ours') assert.equal(sender, null)
}

/** Parsed and judged letters a second, on one core. */
export async function measureReading(
  rounds: number,
): Promise<{ lettersPerSecond: number; mebibytesPerSecond: number }> {
  const mail = createOurMail()
  const table = await letterTable(mail)
  let bytes = 0
  const started = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    for (const { input } of table) {
      const outcome = await parseLetter(input)
      if (outcome.kind === 'letter')
        await judgeProvenance({ ...outcome, how: 'source' }, mail.parts, now)
      bytes += input.length
    }
  }
  const seconds = (performance.now() - started) / 1000
  return {
    lettersPerSecond: (rounds * table.length) / seconds,
    mebibytesPerSecond: bytes / 1024 / 1024 / seconds,
  }
}

async function main(): Promise<void> {
  const started = performance.now()
  const proof = await proveAbuseLetters({ runs: 10_000 })
  const seconds = (performance.now() - started) / 1000
  console.log(
    JSON.stringify(
      { ...proof, seconds: Math.round(seconds), perSecond: Math.round(proof.runs / seconds) },
      null,
      2,
    ),
  )
  console.log(JSON.stringify(await measureReading(20)))
}

if (import.meta.main) void main()
