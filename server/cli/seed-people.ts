// Invented people for development portals and tests.

import { registerAccount } from '#server/access/registration/register-account.ts'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { noClient } from '#server/core/client-info.ts'
import { lookAlikeKey } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { grantRole } from '#server/desk/staff/store.ts'
import { traceLetter } from '#server/mail/letter-trace/trace-letter.ts'
import type { PortalParts } from '#server/portal-parts.ts'

export const people = [
  {
    login: 'hanna.k',
    password: 'бусел ляціць над вёскай',
    what: 'somebody with a mailbox and nothing else',
  },
  { login: 'piotr', password: 'zwei Störche im Nebel', what: 'somebody to send letters to' },
  {
    login: 'alena.analyst',
    password: 'forty reports before lunch',
    what: 'an analyst of the abuse desk',
    role: 'analyst',
  },
  {
    login: 'senka.senior',
    password: 'the marsh has seven springs',
    what: 'a senior analyst',
    role: 'senior',
  },
  {
    login: 'lucky.prize',
    password: 'nobody reads my letters',
    what: 'somebody who was reported for phishing',
  },
  {
    login: 'cheap.watches',
    password: 'only today and only here',
    what: 'somebody who was reported for spam',
  },
] as const

const prize =
  'Dear winner,\n\nconfirm your card within a day: https://prize.bad.example/claim?id=7' +
  '\n\nThe lottery'
const watches =
  'Watches! Watches! Watches!\n\nhttp://cheap.bad.example/ and http://cheaper.bad.example/\n'

export const prepared = [
  {
    login: 'lucky.prize',
    kind: 'phishing',
    subject: 'You have won 10 000',
    text: prize,
    reporters: 4,
    sentByUs: true,
  },
  {
    login: 'cheap.watches',
    kind: 'spam',
    subject: 'Watches, only today',
    text: watches,
    reporters: 1,
    sentByUs: true,
  },
  {
    login: 'hanna.k',
    kind: 'impersonation',
    subject: 'It is me',
    text: 'Send me money.',
    reporters: 1,
    sentByUs: false,
  },
] as const

export async function seed(parts: PortalParts) {
  const { db, clock, settings } = parts
  const domain = settings.mailDomains[0] ?? ''
  for (const person of people) {
    const accountId = await registerPerson(parts, domain, person)
    if (!accountId || !('role' in person)) continue
    await changeAccountAsItStands(db, accountId, (trx) =>
      grantRole(trx, accountId, person.role, clock.now()),
    )
  }
  await prepareCases(parts, domain)
  return people
}

async function registerPerson(
  parts: PortalParts,
  domain: string,
  { login, password }: (typeof people)[number],
): Promise<string | undefined> {
  const known = await findAccountByAddress(parts.db, addressOf(login, domain))
  if (known) return known.id
  const made = await registerAccount(
    parts,
    { login, lookAlikeKey: lookAlikeKey(login), domain, password },
    { locale: 'en', client: noClient },
  )
  return made.kind === 'registered' ? made.accountId : undefined
}

/** Reports the prepared letters. The worker opens cases for them. */
async function prepareCases(parts: PortalParts, domain: string): Promise<void> {
  const { db, clock, keyring, desk } = parts
  const known = await db('abuse_reports').first('id')
  if (known) return
  for (const each of prepared) {
    const account = await findAccountByAddress(db, addressOf(each.login, domain))
    if (!account) continue
    const sentAt = clock.now()
    for (let nth = 1; nth <= each.reporters; nth += 1) {
      const letter = writeLetter(each, domain, sentAt, nth)
      const trace = { account: account.id, queueId: '4bXk2P1zZz9', sentAt }
      await takeReport(desk, {
        channel: 'form',
        kind: each.kind,
        how: 'source',
        sender: account.address,
        note: '',
        reporter: null,
        acknowledge: false,
        source: each.sentByUs ? traceLetter(keyring, trace, letter) : letter,
        locale: 'en',
        network: `192.0.2.${nth}`,
      })
    }
  }
}

function writeLetter(
  { login, kind, subject, text }: (typeof prepared)[number],
  domain: string,
  sentAt: Date,
  nth: number,
): Buffer {
  const lines = [
    `From: ${addressOf(login, domain)}`,
    `To: reader${nth}@elsewhere.example`,
    `Subject: ${subject}`,
    `Date: ${sentAt.toUTCString()}`,
    `Message-ID: <${kind}.${nth}@${domain}>`,
    '',
    text,
  ]
  return Buffer.from(lines.join('\n').replaceAll('\n', '\r\n'))
}
