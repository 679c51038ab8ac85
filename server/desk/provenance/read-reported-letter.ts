// What the letter of a report shows: where it came from, which account sent it, and what it is found by.
import type { Account } from '#server/accounts/accounts/store.ts'
import type { Letter } from '#server/core/letters/letter.ts'
import { termsOf } from '../cases/search-terms.ts'
import type { DeskParts } from '../desk.ts'
import { openKeptEvidence } from '../evidence/evidence-store.ts'
import { duplicateKeyOfFields } from '../reports/parse-report-mail.ts'
import type { Report, ReportDetails } from '../reports/report-store.ts'
import { findSenderAccount } from './find-sender.ts'
import { judgeProvenance, type Provenance } from './provenance.ts'

export interface ReadReport {
  readonly provenance: Pick<Provenance, 'verdict' | 'rule' | 'reasons' | 'content' | 'sender'>
  readonly account: Account | undefined
  readonly details: ReportDetails
  /** Whom the case is about where no account stands behind it. */
  readonly subject: string
  readonly duplicateKey: Buffer
  readonly terms: readonly string[]
}

/** Words without a letter neither prove nor disprove anything. */
const unproven = {
  verdict: 'unproven',
  rule: 'no-header',
  reasons: [],
  content: 'unknown',
  sender: null,
} as const
/** Stands for the sender of a report that names none. */
const nobody = '?'

/** Reads and judges; writes nothing. A letter that cannot be read makes the report an unproven one, never a failed job. */
export async function readReportedLetter(parts: DeskParts, report: Report): Promise<ReadReport> {
  const { db, keyring, index, reader, settings, clock } = parts
  const { details } = report
  const who = report.reporterDigest.toString('hex')
  const evidence = report.evidenceId
    ? await openKeptEvidence(db, keyring, report.evidenceId)
    : undefined
  const outcome = evidence ? await reader.letter(evidence.input) : undefined
  if (!evidence || !outcome || outcome.kind === 'refused') {
    const about = evidence?.sha256 ?? `${details.sender}\n${report.kind}\n${details.note}`
    const reason = outcome?.kind === 'refused' ? outcome.reason : undefined
    const addresses = [details.sender, details.reporter].filter((each) => each !== null)
    return {
      provenance: unproven,
      account: undefined,
      details: reason ? { ...details, unreadable: reason } : details,
      subject: details.sender ?? nobody,
      duplicateKey: await index.digest('duplicate', `${who}\n${about}`),
      terms: termsOf({ addresses, messageIds: [], ips: [], subject: '', linkHosts: [] }),
    }
  }
  const { letter, scanned } = outcome
  const how = report.how === 'retold' ? 'retold' : 'source'
  const provenance = await judgeProvenance({ letter, scanned, how }, parts.provenance, clock.now())
  const account = await findSenderAccount(db, provenance.sender, settings.mailDomains)
  const read = detailsOf(details, letter, provenance)
  const key = duplicateKeyOfFields(who, scanned.fields, evidence.source)
  return {
    provenance,
    account,
    details: read,
    subject: letter.from[0]?.address || details.sender || nobody,
    duplicateKey: await index.digest('duplicate', key),
    terms: termsOf({
      addresses: [
        ...[details.sender, details.reporter, letter.returnPath, account?.address].filter(
          (each) => !!each,
        ),
        ...[...letter.from, ...letter.replyTo, ...letter.to.slice(0, 10)].map(
          ({ address }) => address,
        ),
      ] as string[],
      messageIds: letter.messageId ? [letter.messageId] : [],
      ips: provenance.handedOverBy ? [provenance.handedOverBy] : [],
      subject: letter.subject,
      linkHosts: read.linkHosts ?? [],
    }),
  }
}

function detailsOf(told: ReportDetails, letter: Letter, provenance: Provenance): ReportDetails {
  const hosts = letter.links.map(({ host }) => host).filter((host) => host !== null)
  return {
    ...told,
    subject: letter.subject.slice(0, 300),
    from: letter.from.slice(0, 5).map(({ address }) => address),
    messageId: letter.messageId,
    handedOverBy: provenance.handedOverBy,
    queueId: provenance.queueId,
    sentAt: provenance.sentAt?.toISOString() ?? null,
    linkHosts: [...new Set(hosts)].slice(0, 50),
    attachments: letter.attachments.length,
  }
}
