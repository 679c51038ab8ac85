// What the page `/help/mail-programs` shows.
import type { MailServer, MailService } from '#server/core/mail-server.ts'
import {
  bestServerOf,
  type MailServers,
  serversOf,
} from '#server/mail/mail-programs/mail-servers.ts'
import { readOwnAddress, userNameOf } from '#server/mail/mail-programs/own-address.ts'

export const programs = [
  'iphone',
  'android',
  'outlook',
  'thunderbird',
  'apple-mail',
  'the-bat',
  'other',
] as const
export type Program = (typeof programs)[number]

export const isProgram = (raw: unknown): raw is Program =>
  programs.some((program) => program === raw)

export interface ServerRows {
  readonly service: MailService
  readonly hosts: readonly string[]
  readonly ways: readonly MailServer[]
}

export interface MailProgramsPage {
  readonly program: Program | null
  readonly programs: readonly { readonly name: Program; readonly href: string }[]
  readonly chooserHref: string
  readonly address: string | null
  readonly userName: string | null
  /** The address with its tag, if it has one. */
  readonly typed: string | null
  /** Why the typed address is refused. */
  readonly refusal: 'shape' | 'foreign' | null
  readonly servers: readonly ServerRows[]
  /** The Apple profile. Null if the address is not known, undefined without IMAP or SMTP. */
  readonly profile: { readonly href: string; readonly image: string } | null | undefined
}

/** @param own the signed-in visitor's address; it wins over a typed one */
export function mailProgramsPage(
  description: MailServers,
  query: { readonly program?: unknown; readonly address?: unknown },
  own: string | null,
  locale: string,
): MailProgramsPage {
  const typed = own === null && query.address !== undefined && query.address !== ''
  const read = typed ? readOwnAddress(query.address, description.domains) : null
  const address = own ?? (read?.kind === 'ok' ? read.address : null)
  const userName = address && userNameOf(address)
  const kept: Record<string, string> = read?.kind === 'ok' ? { address: read.address } : {}
  return {
    program: isProgram(query.program) ? query.program : null,
    programs: programs.map((name) => ({ name, href: pageAddress({ program: name, ...kept }) })),
    chooserHref: pageAddress(kept),
    address,
    userName,
    typed: address === userName ? null : address,
    refusal: read?.kind === 'refused' ? (read.reason === 'foreign' ? 'foreign' : 'shape') : null,
    servers: (['imap', 'pop3', 'smtp'] as const).flatMap((service) => rowsOf(description, service)),
    profile: profileOf(description, address, locale),
  }
}

function profileOf(
  description: MailServers,
  address: string | null,
  locale: string,
): MailProgramsPage['profile'] {
  if (!bestServerOf(description, 'imap') || !bestServerOf(description, 'smtp')) return undefined
  if (address === null) return null
  // The phone that reads the QR code may prefer another language than this browser.
  const query = new URLSearchParams({ address, lang: locale })
  return {
    href: `/help/mail-programs/apple.mobileconfig?${query}`,
    image: `/help/mail-programs/apple.svg?${query}`,
  }
}

function rowsOf(description: MailServers, service: MailService): ServerRows[] {
  const ways = serversOf(description, service)
  return ways.length === 0
    ? []
    : [{ service, hosts: [...new Set(ways.map(({ host }) => host))], ways }]
}

function pageAddress(query: Record<string, string>): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? '/help/mail-programs' : `/help/mail-programs?${search}`
}
