// A case as its page shows it: names in place of ids, and what the viewer may do.

import { describeCampaign } from '../campaigns/describe-campaign.ts'
import { mayLift, refuseStep } from '../measures/measure-rules.ts'
import type { Measure } from '../measures/measure-store.ts'
import {
  type MeasureRight,
  measureCauses,
  measureDays,
  measureNames,
  type Standing,
  standingOf,
} from '../measures/measures.ts'
import { describeReporter } from '../reporters/describe-reporter.ts'
import { describeReport } from '../reports/describe-report.ts'
import { outcomes, type Report } from '../reports/report-store.ts'
import { tagKindOf } from './case-store.ts'
import type { CaseView } from './show-case.ts'
import type { TimelineEntry } from './timeline-store.ts'

export interface CaseViewer {
  readonly id: string
  readonly rights: ReadonlySet<string>
  readonly right: MeasureRight
}

type Names = ReadonlyMap<string, string>

/** Prefix of the text key for each detail: measure `x` has the text `abuse.measures.x`. */
const detailKeys: Readonly<Record<string, string>> = {
  measure: 'abuse.measures',
  cause: 'abuse.causes',
  reason: 'abuse.ends',
  outcome: 'abuse.outcomes',
  decision: 'desk.decisions',
  level: 'abuse.levels',
}

function describeEntry({ event, details, note, staffId, at }: TimelineEntry, names: Names) {
  const texts = Object.entries(detailKeys).flatMap(([name, prefix]) =>
    details[name] ? [{ key: `${prefix}.${details[name]}`, params: {} }] : [],
  )
  return {
    at,
    by: names.get(staffId ?? ''),
    note,
    texts: [{ key: `abuse.timeline.${event}`, params: details }, ...texts],
  }
}

function describeMeasure(measure: Measure, view: CaseView, names: Names) {
  const { takenAt, effectiveAt, proposedAt, state } = measure
  const delayMs = takenAt && effectiveAt && effectiveAt.getTime() - takenAt.getTime()
  return {
    id: measure.id,
    isTaken: takenAt !== null,
    measure: measure.measure,
    cause: measure.cause,
    state,
    at: takenAt ?? proposedAt,
    by: names.get(measure.proposedBy ?? ''),
    isByOperator: measure.proposedBy === null,
    /** Seconds until the mail platform had carried the measure out. */
    effectAfter: delayMs === null ? null : Math.round(delayMs / 100) / 10,
    waitsForEffect: delayMs === null && state === 'in-force' && takenAt !== null,
    appeal: view.appeals.get(measure.id),
  }
}

function mayDo(view: CaseView, standing: Standing, { id, rights, right }: CaseViewer) {
  const { account, inForce } = view
  const { closedAt, claimedBy } = view.case
  const work = closedAt === null && rights.has('cases.work')
  const measure = account !== undefined && rights.has('measures.impose')
  const lift = inForce !== undefined && rights.has('measures.lift') && mayLift(inForce, right)
  return {
    work,
    measure,
    lift,
    anything: work || measure || lift,
    close: work && (claimedBy === id || claimedBy === null),
    takeOver: work && claimedBy !== null && rights.has('cases.take-over'),
    attribute: work && account === undefined,
    preserve: rights.has('evidence.preserve'),
    write: rights.has('cases.work'),
    seniorOnly: measure && standing === 'block' && right !== 'senior',
  }
}

const describeReporterOf = ({ personDigest }: Report, { records }: CaseView) =>
  describeReporter(personDigest, records.get(personDigest.toString('hex')))

export function describeCase(view: CaseView, names: Names, viewer: CaseViewer) {
  const { case: found, account, inForce } = view
  const { severity, severityReasons, reportCount, provenance, claimedBy } = found
  const standing = account ? standingOf(inForce) : 'none'
  const mayTake = measureNames.filter((name) => !refuseStep(standing, name, viewer.right))
  return {
    found,
    subject: account,
    namesake: view.namesake,
    inForce,
    standing,
    tagKind: tagKindOf(severity),
    originKey: reportCount ? `abuse.verdicts.${provenance}` : 'abuse.severity.sending-limit',
    reasons: severityReasons.map(({ code, points }) => ({
      code,
      points: points ? ` +${points}` : '',
    })),
    claimedBy: names.get(claimedBy ?? ''),
    mine: claimedBy === viewer.id,
    lookers: view.lookers.map((id) => names.get(id) ?? ''),
    may: mayDo(view, standing, viewer),
    choices: {
      measures: mayTake,
      causes: measureCauses,
      days: measureDays,
      outcomes: inForce?.caseId === found.id ? (['measure-taken'] as const) : outcomes,
    },
    measures: view.measures.map((each) => describeMeasure(each, view, names)),
    timeline: view.timeline.map((each) => describeEntry(each, names)),
    campaigns: view.campaigns.map(describeCampaign),
    related: view.related,
    isPreserved: view.isPreserved,
    reports: view.reports.map((report) => ({
      ...describeReport(report),
      reporter: describeReporterOf(report, view),
    })),
  }
}
