// Reads the letter of a report: its provenance, the account that sent it, its search terms.
import type { Account } from '#server/accounts/accounts/store.ts'
import type { Letter, Mailbox } from '#server/core/letters/letter.ts'
import { type Mark, marksOf } from '../campaigns/marks.ts'
import type { DeskParts } from '../desk.ts'
import { openKeptEvidence } from '../evidence/evidence-store.ts'
import { letterKeyOf } from '../letters/letter-key.ts'
import type { LetterOutcome } from '../letters/parse-letter.ts'
import type { DeskIndex } from '../queue/index-store.ts'
import { termsOf } from '../queue/search-terms.ts'
import { nameOfSender } from '../reporters/person.ts'
import { duplicateKeyOfScanned } from '../reports/mail/parse-report-mail.ts'
import type { Report, ReportDetails } from '../reports/report-store.ts'
import { findSenderAccount } from './find-sender.ts'
import { judgeProvenance, type Provenance } from './provenance.ts'

export interface ReadReport {
  readonly provenance: Pick<Provenance, 'verdict' | 'rule' | 'reasons' | 'content' | 'sender'>
  readonly account: Account | undefined
  readonly details: ReportDetails
  /** What the case is called if no account is found: an address, or `?`. */
  readonly subject: string
  /** Tells cases without an account apart. */
  readonly subjectDigest: Buffer
  readonly duplicateKey: Buffer
  /** Null if there was no letter. */
  readonly letterKey: Buffer | null
  readonly terms: readonly string[]
  /** What it may have in common with others. */
  readonly marks: readonly Mark[]
}

const unproven = {
  verdict: 'unproven',
  rule: 'no-header',
  reasons: [],
  content: 'unknown',
  sender: null,
} as const
/** Stands for the sender if a report names none. */
const nobody = '?'

/** Writes nothing. A report without a readable letter is unproven. */
export async function readReportedLetter(parts: DeskParts, report: Report): Promise<ReadReport> {
  const { db, keyring, letterParser } = parts
  const evidence = report.evidenceId
    ? await openKeptEvidence(db, keyring, report.evidenceId)
    : undefined
  // Security: A mail that reports without a letter never accuses its own sender.
  if (!evidence || report.how === 'none')
    return await readWithoutLetter(parts, report, evidence?.sha256)
  const { input, isBeginning } = evidence
  const outcome = await letterParser.letter(input, { isBeginning })
  if (outcome.kind === 'refused')
    return await readWithoutLetter(parts, report, evidence.sha256, outcome.reason)
  return await readWithLetter(parts, report, outcome, evidence.sha256)
}

async function readWithoutLetter(
  { index }: DeskParts,
  report: Report,
  sha256?: string,
  unreadable?: string,
): Promise<ReadReport> {
  const { details } = report
  const about = sha256 ?? `${details.sender}\n${report.kind}\n${details.note}`
  const key = `${nameOfSender(report)}\n${about}`
  const nameless = sha256 ?? report.reference
  return {
    provenance: unproven,
    account: undefined,
    details: unreadable ? { ...details, unreadable } : details,
    subject: details.sender ?? nobody,
    subjectDigest: await digestOfSubject(index, details.sender ?? nobody, nameless),
    duplicateKey: await index.digest('duplicate', key),
    letterKey: sha256 ? await index.digest('letter', sha256) : null,
    marks: [],
    terms: termsOf({
      addresses: details.sender === null ? [] : [details.sender],
      reporter: details.reporter,
      messageIds: [],
      ips: [],
      subject: '',
      linkHosts: [],
      hashes: sha256 ? [sha256] : [],
    }),
  }
}

/** Letters without a readable sender share no case, unless they are the same letter. */
const digestOfSubject = (index: DeskIndex, subject: string, letter: string): Promise<Buffer> =>
  index.digest('subject', subject === nobody ? `${nobody}\n${letter}` : subject.toLowerCase())

const isReadable = ({ address }: Mailbox) => /^[^\s@]+@[^\s@]+$/.test(address)

async function readWithLetter(
  { db, index, settings, clock, provenance: rules }: DeskParts,
  report: Report,
  outcome: Extract<LetterOutcome, { kind: 'letter' }>,
  sha256: string,
): Promise<ReadReport> {
  const { details } = report
  const how = report.how === 'retold' ? 'retold' : 'source'
  const { letter, scanned } = outcome
  const provenance = await judgeProvenance({ ...outcome, how }, rules, clock.now())
  const account = await findSenderAccount(db, provenance.sender, settings.mailDomains)
  const read = detailsOf(details, letter, provenance)
  const key = duplicateKeyOfScanned(nameOfSender(report), scanned)
  const letterKey = scanned.cuts.includes('headers') ? sha256 : letterKeyOf(scanned)
  const subject = letter.from.find(isReadable)?.address ?? details.sender ?? nobody
  const named = [details.sender, letter.returnPath, account?.address]
  const inHeader = [...letter.from, ...letter.replyTo, ...letter.to.slice(0, 10)]
  return {
    provenance,
    account,
    details: read,
    subject,
    subjectDigest: await digestOfSubject(index, subject, letterKey),
    duplicateKey: await index.digest('duplicate', key),
    letterKey: await index.digest('letter', letterKey),
    marks: marksOf(letter, [...settings.mailDomains, ...settings.campaignCommonHosts]),
    terms: termsOf({
      addresses: [
        ...named.flatMap((each) => each || []),
        ...inHeader.map(({ address }) => address),
      ],
      messageIds: letter.messageId ? [letter.messageId] : [],
      ips: provenance.handedOverBy ? [provenance.handedOverBy] : [],
      subject: letter.subject,
      linkHosts: read.linkHosts ?? [],
      reporter: details.reporter,
      attachments: letter.attachments.map(({ name }) => name),
      hashes: [sha256, ...letter.attachments.map((each) => each.sha256)],
    }),
  }
}

function detailsOf(details: ReportDetails, letter: Letter, provenance: Provenance): ReportDetails {
  const hosts = letter.links.map(({ host }) => host).filter((host) => host !== null)
  return {
    ...details,
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
