// Takes in one mail to the abuse address, from IMAP or LMTP.
import { createHash } from 'node:crypto'
import type { Trx } from '#db/connection.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { isOwnMail } from '#server/kit/messages/mail/own-mail.ts'
import { reporterKey } from '../reporter-key.ts'
import { type NewReport, takeReports } from '../take-report.ts'
import { isAligned } from './aligned-sender.ts'
import { noteMail } from './mail-store.ts'
import type { ReportMail } from './parse-report-mail.ts'

export const mailMaxBytes = letterLimits.takenBytes

export type TakenMail =
  | { readonly kind: 'reports'; readonly references: readonly string[] }
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'again' }

type ReadMail = Exclude<ReportMail, { kind: 'refused' }>

/** In lower case. By default `abuse@` at each domain, as RFC 2142 asks. */
export const abuseAddressesOf = ({ abuseAddress, mailDomains }: DeskParts['settings']): string[] =>
  (abuseAddress ? [abuseAddress] : mailDomains.map((domain) => `abuse@${domain}`)).map((each) =>
    each.toLowerCase(),
  )

/** Nobody is answered at one of these addresses. */
const ownAddresses = ({ settings }: Pick<DeskParts, 'settings'>): string[] => {
  const from = /<([^<>]+)>\s*$/.exec(settings.mailFrom)?.[1] ?? settings.mailFrom
  return [...abuseAddressesOf(settings), from.trim().toLowerCase()]
}

/** No mail makes it throw. It throws if something of ours fails: then hand the mail in again. */
export async function intakeMail(parts: DeskParts, raw: Uint8Array): Promise<TakenMail> {
  const mail = await parts.letterParser.reportMail(raw, ownAddresses(parts))
  if (mail.kind === 'refused') {
    return await takeUnread(parts, raw, mail.reason)
  }
  const answer = await findAnswer(parts, mail)
  if (answer) {
    return await leave(parts, mail.mailKey, `ignored:${answer}`)
  }
  const reports = await reportsOf(parts, mail, raw)
  return await take(parts, reports, mail.mailKey)
}

async function leave({ db, clock }: DeskParts, key: string, outcome: string): Promise<TakenMail> {
  const isNew = await db.transaction((trx) => noteMail(trx, { key, outcome, at: clock.now() }))
  return isNew ? { kind: 'left', reason: outcome } : { kind: 'again' }
}

// Security: Of all mail to the desk only answers to our own mail are dropped.
/** Why a mail is no report, or undefined. A person’s answer with a letter attached is a report. */
async function findAnswer(
  { db }: DeskParts,
  { answering, letters, isAutomatic }: ReadMail,
): Promise<'loop' | 'answer' | undefined> {
  if (answering.isOurs || (await isOwnMail(db, answering.bears))) {
    return 'loop'
  }
  if (letters.length > 0 && !isAutomatic) return undefined
  return (await isOwnMail(db, answering.answers)) ? 'answer' : undefined
}

async function take(
  parts: DeskParts,
  reports: readonly NewReport[],
  key: string,
): Promise<TakenMail> {
  const at = parts.clock.now()
  const isNew = (trx: Trx) => noteMail(trx, { key, outcome: 'report', at })
  const taken = await takeReports(parts, reports, isNew)
  if (!taken) return { kind: 'again' }
  return { kind: 'reports', references: taken.map(({ reference }) => reference) }
}

const isMailAddress = (address: string) =>
  /^[^\s@<>"(),;:\\]{1,64}@[a-z0-9.-]{1,253}$/i.test(address)

/** A mail that stops its reader is a report that nobody could read. */
async function takeUnread(parts: DeskParts, raw: Uint8Array, reason: string): Promise<TakenMail> {
  // Its Message-ID was not read, so its hash identifies it.
  const key = createHash('sha256').update(raw).digest('hex')
  if (reason === 'empty') {
    return await leave(parts, key, `refused:${reason}`)
  }
  const report: NewReport = {
    channel: 'mail',
    kind: null,
    how: 'none',
    source: raw,
    sender: null,
    reporter: null,
    note: '',
    locale: parts.settings.defaultLocale,
    network: `mail:${key}`,
    countedAs: 'mail',
    acknowledge: false,
  }
  return await take(parts, [report], key)
}

async function reportsOf(parts: DeskParts, mail: ReadMail, raw: Uint8Array): Promise<NewReport[]> {
  const { settings } = parts
  const { address } = mail.reporter
  const common = {
    kind: mail.reportKind,
    sender: namedSender(parts, mail),
    reporter: isMailAddress(address) ? address : null,
    note: mail.note,
    locale: mail.language ?? settings.defaultLocale,
    network: reporterKey(address),
  }
  const answers = !mail.isAutomatic && (await isAligned(parts, raw, address))
  // Anybody can write any From: mails of which none aligns count as one person.
  const sentBy = { ...common, confirmed: answers, countedAs: 'mail' }
  if (mail.letters.length === 0) {
    const channel = mail.isForMachines ? 'feedback-loop' : 'mail'
    const source = mail.instead ?? raw
    return [{ ...sentBy, channel, how: 'none', source, acknowledge: answers }]
  }
  return mail.letters.map(({ how, source, isBeginning }, at) => ({
    ...sentBy,
    channel: how === 'feedback-loop' ? 'feedback-loop' : 'mail',
    how: how === 'retold' ? 'retold' : 'source',
    source,
    sizeBytes: isBeginning ? Math.max(raw.length, source.length + 1) : source.length,
    // Each mail gets one answer, however many letters it reports.
    acknowledge: answers && at === 0,
    lettersLeft: at === 0 ? mail.lettersLeft : 0,
  }))
}

/** The only address of ours that the words name, or the one that the report is about. */
function namedSender({ settings }: DeskParts, { sender, note, subject }: ReadMail): string | null {
  if (sender) return isMailAddress(sender) ? sender : null
  const named = new Set(
    `${subject}\n${note}`
      .toLowerCase()
      .match(/[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9.-]{1,200}[a-z0-9]/g)
      ?.filter((each) => settings.mailDomains.includes(each.slice(each.indexOf('@') + 1))),
  )
  for (const own of ownAddresses({ settings })) named.delete(own)
  return named.size === 1 ? ([...named][0] ?? null) : null
}
