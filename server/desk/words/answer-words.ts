// A reporter or an owner answers what staff asked. Questions that nobody answers lapse.

import type { Trx } from '#db/connection.ts'
import { openSignedToken } from '#server/core/keys/signed-token.ts'
import { findAppealOf } from '../appeals/appeal-store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { resumeClock } from '../clocks/run-clock.ts'
import type { DeskParts } from '../desk.ts'
import { appealPurpose } from '../measures/apply-measure.ts'
import { findMeasure } from '../measures/measure-store.ts'
import { notifyStaff } from '../measures/notify-staff.ts'
import { findReport } from '../reports/report-store.ts'
import { progressPurpose } from '../reports/take-report.ts'
import {
  type About,
  findQuestion,
  insertWords,
  isReporterAsked,
  listWords,
  setAnswered,
  takeOverdue,
  type Word,
} from './word-store.ts'

export interface OpenedWords {
  readonly about: About
  readonly caseId: string | null
  readonly thread: readonly Word[]
  /** Whether an answer is taken now. */
  readonly isAsked: boolean
}

export const wordKinds = ['report', 'appeal'] as const
export type WordKind = (typeof wordKinds)[number]

/** Undefined for a link that is not ours, or of which nothing was written. */
export async function openWords(
  parts: DeskParts,
  kind: WordKind,
  token: unknown,
): Promise<OpenedWords | undefined> {
  const { db, keyring, clock } = parts
  const found = kind === 'report' ? await ofReport(parts, token) : await ofMeasure(parts, token)
  if (!found) return undefined
  const thread = await listWords(db, keyring, found.about)
  if (thread.length === 0) return undefined
  const question = await findQuestion(db, found.about, clock.now())
  const { isOpen, ...about } = found
  return { ...about, thread, isAsked: isOpen && question !== undefined }
}

async function ofReport({ db, keyring }: DeskParts, token: unknown) {
  const id = openSignedToken(keyring, progressPurpose, token)
  const report = id === undefined ? undefined : await findReport(db, keyring, id)
  if (!report) return undefined
  const { caseId, outcome } = report
  return { about: { reportId: report.id }, caseId, isOpen: outcome === null }
}

async function ofMeasure({ db, keyring }: DeskParts, token: unknown) {
  const id = openSignedToken(keyring, appealPurpose, token)
  const measure = id === undefined ? undefined : await findMeasure(db, id)
  if (!measure) return undefined
  const appeal = await findAppealOf(db, keyring, measure.id)
  const isOpen = measure.state === 'in-force' || appeal?.decidedAt === null
  return { about: { measureId: measure.id }, caseId: measure.caseId, isOpen }
}

/** False if no question waits: another click has answered it, or its time is over. */
export async function answerWords(
  parts: DeskParts,
  { about, caseId }: OpenedWords,
  words: string,
): Promise<boolean> {
  const { db, keyring, clock } = parts
  const at = clock.now()
  return await db.transaction(async (trx) => {
    const asker = await setAnswered(trx, about, at)
    if (asker === undefined) return false
    const answerId = await insertWords(trx, keyring, about, { words, staffId: null, at })
    if (!caseId) return true
    const event = about.reportId === undefined ? 'owner-answered' : 'reporter-answered'
    await insertTimelineEntry(trx, keyring, { caseId, event, details: {}, staffId: null, at })
    if (about.reportId !== undefined) await goOn(trx, parts, caseId, at)
    await notifyStaff(trx, parts, {
      staffIds: [asker],
      name: 'words-answered',
      params: { caseId },
      key: `words-answered:${answerId}`,
    })
    return true
  })
}

async function goOn(trx: Trx, parts: DeskParts, caseId: string, at: Date): Promise<void> {
  if (await isReporterAsked(trx, caseId, at)) return
  await resumeClock(trx, parts, caseId, at)
}

/** Questions whose time is over. The clocks of their cases run again. */
export async function lapseQuestions(parts: DeskParts): Promise<void> {
  const at = parts.clock.now()
  await parts.db.transaction(async (trx) => {
    for (const caseId of await takeOverdue(trx, at)) await goOn(trx, parts, caseId, at)
  })
}
