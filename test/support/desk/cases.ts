// Cases with reports, measures and appeals.
import assert from 'node:assert/strict'
import { msPerDay } from '#server/core/durations.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { makeAppeal } from '#server/desk/appeals/make-appeal.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import type { MeasureName } from '#server/desk/measures/measures.ts'
import { approveMeasure } from '#server/desk/measures/proposals/decide-proposal.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import type { TestPortal } from '../portal.ts'
import type { Visitor } from '../visitor.ts'
import { ourDomain, sendLetter, untilJudged } from './abuse.ts'

export interface ReportDraft {
  readonly accountId: string
  readonly login: string
  readonly kind?: ReportKind
  readonly subject?: string
  readonly body?: string
  readonly reporter?: string
  /** In place of a letter that our server sent. */
  readonly source?: string
}

/** Reports a letter of the account. `untilJudged` waits until it is in a case. */
export async function reportLetter(portal: TestPortal, draft: ReportDraft): Promise<void> {
  const from = `${draft.login}@${ourDomain}`
  const letter = {
    accountId: draft.accountId,
    from,
    ...(draft.subject ? { subject: draft.subject } : {}),
  }
  await takeReport(portal.parts.desk, {
    channel: 'form',
    kind: draft.kind ?? 'phishing',
    how: 'source',
    sender: from,
    note: 'Look at this.',
    source:
      draft.source ??
      (await sendLetter(portal.keyring, {
        ...letter,
        ...(draft.body ? { body: draft.body } : {}),
      })),
    reporter: draft.reporter ?? null,
    locale: 'en',
    network: '192.0.2.1',
    acknowledge: false,
  })
}

export async function caseOf(portal: TestPortal, accountId: string): Promise<string> {
  await untilJudged(portal)
  const row = await portal
    .db('abuse_cases')
    .where({ account_id: accountId })
    .whereNull('closed_at')
    .first('id')
  assert.ok(row, 'no open case')
  return String(row.id)
}

const days = (portal: TestPortal, count: number) =>
  new Date(portal.clock.now().getTime() + count * msPerDay)

/** Needs MEASURES_WITHOUT_SECOND_PERSON=0, so that every measure is only proposed. */
export async function propose(
  portal: TestPortal,
  about: { accountId: string; caseId: string; by: string; measure: MeasureName },
): Promise<string> {
  const { measure, accountId, caseId } = about
  const until = measure === 'limit-sending' || measure === 'suspend-all' ? days(portal, 7) : null
  const wanted = { accountId, caseId, measure, cause: 'phishing', until } as const
  const proposed = await takeMeasure(portal.parts.desk, wanted, {
    staffId: about.by,
    right: 'senior',
  })
  assert.equal(proposed.kind, 'proposed')
  return proposed.kind === 'proposed' ? proposed.measure.id : ''
}

export async function approve(portal: TestPortal, measureId: string, by: string): Promise<void> {
  const approved = await approveMeasure(portal.parts.desk, measureId, {
    staffId: by,
    right: 'senior',
  })
  assert.equal(approved.kind, 'done')
}

export async function appealAgainst(portal: TestPortal, measureId: string): Promise<string> {
  const { desk } = portal.parts
  const made = await makeAppeal(
    desk,
    signToken(portal.keyring, appealPurpose, measureId),
    'It was not me.',
  )
  assert.equal(made.kind, 'made')
  return made.kind === 'made' ? made.appeal.id : ''
}

/** The field by which the form of a page says what the page showed. */
export async function shownOn(visitor: Visitor, page: string): Promise<{ shown: string }> {
  const { html } = await visitor.get(page)
  const [, shown] = /name="shown" value="([^"]+)"/.exec(html) ?? []
  assert.ok(shown, `nothing to confirm at ${page}`)
  return { shown }
}
