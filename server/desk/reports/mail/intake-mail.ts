// Takes in one mail to the abuse address, from IMAP or LMTP.
import { createHash } from 'node:crypto'
import type { Trx } from '#db/connection.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { digestOfReporter } from '#server/desk/reporters/person.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { reporterKey } from '../reporter-key.ts'
import { limitReportMails, type NewReport, takeReports } from '../take-report.ts'
import { noteMail } from './mail-store.ts'
import type { ReportMail } from './parse-report-mail.ts'

export const mailMaxBytes = letterLimits.bytes

export type TakenMail =
  | { readonly kind: 'reports'; readonly references: readonly string[] }
  /** The sender was asked for the missing letter. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'again' }

type ReadMail = Exclude<ReportMail, { kind: 'refused' }>

/** In lower case. By default `abuse@` at each domain, as RFC 2142 asks. */
export const abuseAddressesOf = ({ abuseAddress, mailDomains }: DeskParts['settings']): string[] =>
  (abuseAddress ? [abuseAddress] : mailDomains.map((domain) => `abuse@${domain}`)).map((each) =>
    each.toLowerCase(),
  )

/** Mail from one of these addresses is our own, or comes back in a loop. */
const ownAddresses = ({ settings }: DeskParts): string[] => {
  const from = /<([^<>]+)>\s*$/.exec(settings.mailFrom)?.[1] ?? settings.mailFrom
  return [...abuseAddressesOf(settings), from.trim().toLowerCase()]
}

/** No mail makes it throw. It throws if something of ours fails: then hand the mail in again. */
export async function intakeMail(parts: DeskParts, raw: Uint8Array): Promise<TakenMail> {
  const mail = await parts.letterParser.reportMail(raw, ownAddresses(parts))
  if (mail.kind === 'refused') {
    // The Message-ID of such a mail was not read, so its hash identifies it.
    const key = createHash('sha256').update(raw).digest('hex')
    return await leave(parts, key, `refused:${mail.reason}`)
  }
  if (mail.kind === 'ignored') return await leave(parts, mail.mailKey, `ignored:${mail.reason}`)
  if (mail.kind === 'no-complaint') return await leave(parts, mail.mailKey, 'no-complaint')
  return mail.kind === 'no-letter'
    ? await askForSource(parts, mail)
    : await takeLetters(parts, mail)
}

async function leave({ db, clock }: DeskParts, key: string, outcome: string): Promise<TakenMail> {
  const isNew = await db.transaction((trx) => noteMail(trx, { key, outcome, at: clock.now() }))
  return isNew ? { kind: 'left', reason: outcome } : { kind: 'again' }
}

const isMailAddress = (address: string) =>
  /^[^\s@<>"(),;:\\]{1,64}@[a-z0-9.-]{1,253}$/i.test(address)

async function askForSource(
  parts: DeskParts,
  mail: Extract<ReadMail, { kind: 'no-letter' }>,
): Promise<TakenMail> {
  const { db, clock, settings } = parts
  const to = mail.reporter.address
  const digest = await digestOfReporter(parts, to)
  const mayMail = isMailAddress(to) && (await limitReportMails(parts)(digest))
  return await db.transaction(async (trx): Promise<TakenMail> => {
    if (!(await noteMail(trx, { key: mail.mailKey, outcome: 'no-letter', at: clock.now() })))
      return { kind: 'again' }
    if (!mayMail) return { kind: 'left', reason: 'no-letter' }
    await sendMessage(trx, parts, {
      name: 'report-source-wanted',
      channel: 'mail',
      to,
      params: {},
      locale: settings.defaultLocale,
      dedupeKey: `report-source-wanted:${mail.mailKey}`,
    })
    return { kind: 'asked' }
  })
}

async function takeLetters(
  parts: DeskParts,
  mail: Extract<ReadMail, { kind: 'report' }>,
): Promise<TakenMail> {
  const { clock, settings } = parts
  const reporter = isMailAddress(mail.reporter.address) ? mail.reporter.address : null
  const reports = mail.letters.map(
    ({ how, source }, at): NewReport => ({
      channel: how === 'feedback-loop' ? 'feedback-loop' : 'mail',
      kind: mail.reportKind,
      how: how === 'retold' ? 'retold' : 'source',
      source,
      sender: null,
      reporter,
      note: mail.note,
      locale: settings.defaultLocale,
      network: reporterKey(mail.reporter.address),
      // Anybody can write any From: such mails count as one person, as long as nothing aligns.
      countedAs: 'mail',
      // Each mail gets one answer, however many letters it reports.
      acknowledge: mail.acknowledge && at === 0,
    }),
  )
  const isNew = (trx: Trx) =>
    noteMail(trx, { key: mail.mailKey, outcome: 'report', at: clock.now() })
  const taken = await takeReports(parts, reports, isNew)
  return taken
    ? { kind: 'reports', references: taken.map(({ reference }) => reference) }
    : { kind: 'again' }
}
