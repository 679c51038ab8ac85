// Renders Apple's configuration profile for Mail on iPhone, iPad and Mac.
import { createHash } from 'node:crypto'
import { build } from 'plist'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import { bestServerOf, type MailServers } from './mail-servers.ts'
import { userNameOf } from './own-address.ts'

export interface AppleProfileTexts {
  readonly title: string
  /** The device shows it before the installation. */
  readonly description: string
  /** Security: A name is handed to its signed-in owner alone. */
  readonly displayName?: string | null
}

/** Null without IMAP or SMTP. Stable UUIDs: a new profile replaces the old. */
export function renderAppleProfile(
  description: MailServers,
  address: string,
  texts: AppleProfileTexts,
  appPassword?: string,
): string | null {
  const imap = bestServerOf(description, 'imap')
  const smtp = bestServerOf(description, 'smtp')
  if (imap === undefined || smtp === undefined) return null
  const uuid = (part: string) => stableUuid(`${description.baseUrl}\n${address}\n${part}`)
  const owner = reversed(description.domains[0] ?? imap.host)
  const identifier = `${owner}.mail.${uuid('profile').toLowerCase()}`
  const userName = userNameOf(address)
  const written = writeAddress(address, description.domains)
  const secret = appPassword?.replaceAll(' ', '')
  const passwords = secret && {
    IncomingPassword: secret,
    OutgoingPassword: secret,
  }
  return `${build({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid('profile'),
    PayloadDisplayName: texts.title,
    PayloadDescription: texts.description,
    PayloadOrganization: description.name,
    PayloadRemovalDisallowed: false,
    PayloadContent: [
      {
        PayloadType: 'com.apple.mail.managed',
        PayloadVersion: 1,
        PayloadIdentifier: `${identifier}.account`,
        PayloadUUID: uuid('account'),
        PayloadDisplayName: written,
        EmailAccountType: 'EmailTypeIMAP',
        EmailAccountDescription: written,
        EmailAddress: address,
        ...(texts.displayName ? { EmailAccountName: texts.displayName } : {}),
        IncomingMailServerAuthentication: 'EmailAuthPassword',
        IncomingMailServerHostName: imap.host,
        IncomingMailServerPortNumber: imap.port,
        IncomingMailServerUseSSL: true,
        IncomingMailServerUsername: userName,
        OutgoingMailServerAuthentication: 'EmailAuthPassword',
        OutgoingMailServerHostName: smtp.host,
        OutgoingMailServerPortNumber: smtp.port,
        OutgoingMailServerUseSSL: true,
        OutgoingMailServerUsername: userName,
        OutgoingPasswordSameAsIncomingPassword: true,
        ...(passwords || {}),
      },
    ],
  })}\n`
}

/** The same name gives the same UUID (RFC 9562, version 8). */
function stableUuid(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex').toUpperCase()
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

function reversed(domain: string): string {
  return domain.split('.').reverse().join('.')
}
