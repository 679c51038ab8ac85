// Made-up people for a development portal; the tests tell of the same ones.

import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { registerAccount } from '#server/accounts/registration/register-account.ts'
import type { Portal } from '#server/compose.ts'
import { noClient } from '#server/core/client-info.ts'
import { lookAlikeKey } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { grantRole } from '#server/desk/staff/store.ts'
import { traceLetter } from '#server/mail/letter-trace/trace-letter.ts'

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
  'Dear winner,\n\nconfirm your card within a day: https://prize.bad.example/claim?id=7\n\nThe lottery'
const watches =
  'Watches! Watches! Watches!\n\nhttp://cheap.bad.example/ and http://cheaper.bad.example/\n'

/** Cases for the analyst to begin with: who is reported, as what, by how many people, with which letter. */
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

/** Registers those who are not there yet. */
export async function seed(portal: Portal, settings: { readonly mailDomains: readonly string[] }) {
  const domain = settings.mailDomains[0] ?? ''
  for (const { login, password, ...more } of people) {
    const known = await findAccountByAddress(portal.db, addressOf(login, domain))
    const wanted = {
      kind: 'ok',
      login,
      lookAlikeKey: lookAlikeKey(login),
      domain,
      password,
    } as const
    const made =
      known ?? (await registerAccount(portal.parts, wanted, { locale: 'en', client: noClient }))
    const accountId =
      'id' in made ? made.id : made.kind === 'registered' ? made.accountId : undefined
    if (accountId && 'role' in more) {
      const { role } = more
      await changeAccountAsItStands(portal.db, accountId, (trx) =>
        grantRole(trx, accountId, role, portal.clock.now()),
      )
    }
  }
  await prepareCases(portal, domain)
  return people
}

/** Reports the letters of `prepared`, once: the worker makes cases of them. */
async function prepareCases(portal: Portal, domain: string): Promise<void> {
  const { desk } = portal.parts
  const known = await portal.db('abuse_reports').first('id')
  if (known) return
  for (const { login, kind, subject, text, reporters, sentByUs } of prepared) {
    const from = addressOf(login, domain)
    const account = await findAccountByAddress(portal.db, from)
    if (!account) continue
    const sentAt = portal.clock.now()
    for (let reporter = 1; reporter <= reporters; reporter += 1) {
      const head = [
        `From: ${from}`,
        `To: reader${reporter}@elsewhere.example`,
        `Subject: ${subject}`,
      ]
      const rest = [
        `Date: ${sentAt.toUTCString()}`,
        `Message-ID: <${kind}.${reporter}@${domain}>`,
        '',
        text,
      ]
      const letter = Buffer.from([...head, ...rest].join('\n').replaceAll('\n', '\r\n'))
      const client = { account: account.id, queueId: '4bXk2P1zZz9', sentAt }
      await takeReport(desk, {
        ...{
          channel: 'form',
          kind,
          how: 'source',
          sender: from,
          note: '',
          reporter: null,
          acknowledge: false,
        },
        source: sentByUs ? traceLetter(portal.keyring, client, letter) : letter,
        ...{ locale: 'en', network: `192.0.2.${reporter}` },
      })
    }
  }
}
