// Outlook's Autodiscover, the POX dialect ([MS-OXDSCLI]).
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import type { MailServer } from '#server/core/mail-server.ts'
import { bestServerOf, type MailServers } from './mail-servers.ts'
import { readOwnAddress, userNameOf } from './own-address.ts'

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const OUTLOOK_RESPONSE =
  'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'

export type AutodiscoverRequest =
  | { readonly kind: 'ok'; readonly address: string }
  | { readonly kind: 'refused'; readonly reason: 'unreadable' | 'address' | 'schema' }

// Security: Entities are never expanded and nothing outside the request is read.
const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: 10,
})
const builder = new XMLBuilder({ ignoreAttributes: false, format: true })

/** Never throws, whatever the body holds. The caller limits its size. */
export function readAutodiscoverRequest(
  body: Uint8Array,
  domains: readonly string[],
): AutodiscoverRequest {
  const text = utf8(body)
  // Security: A request with a document type is refused before it is parsed.
  if (text === null || /<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text))
    return { kind: 'refused', reason: 'unreadable' }
  const request = requestIn(text)
  if (request === null) return { kind: 'refused', reason: 'unreadable' }
  const schema = request.AcceptableResponseSchema
  if (schema !== undefined && schema !== OUTLOOK_RESPONSE)
    return { kind: 'refused', reason: 'schema' }
  const own = readOwnAddress(request.EMailAddress, domains)
  return own.kind === 'ok'
    ? { kind: 'ok', address: own.address }
    : { kind: 'refused', reason: 'address' }
}

/** One server of each protocol: Outlook uses only the first. */
export function renderAutodiscover(description: MailServers, address: string): string {
  const servers = (['imap', 'pop3', 'smtp'] as const).flatMap(
    (service) => bestServerOf(description, service) ?? [],
  )
  return answer({
    '@_xmlns': OUTLOOK_RESPONSE,
    User: { DisplayName: writeAddress(address, description.domains) },
    Account: {
      AccountType: 'email',
      Action: 'settings',
      Protocol: servers.map((server) => protocolSection(server, userNameOf(address))),
    },
  })
}

/** The codes come from [MS-OXDSCLI] 2.2.4.1.1.2. */
export function renderAutodiscoverError(
  reason: (AutodiscoverRequest & { kind: 'refused' })['reason'],
): string {
  const error = {
    unreadable: { ErrorCode: 600, Message: 'Bad Request' },
    address: { ErrorCode: 500, Message: 'Unknown e-mail address' },
    schema: { ErrorCode: 601, Message: 'Provider not available' },
  }[reason]
  return answer({ '@_xmlns': OUTLOOK_RESPONSE, Error: error })
}

function answer(response: object): string {
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'utf-8' },
    Autodiscover: { '@_xmlns': RESPONSE, Response: response },
  })
}

function protocolSection(server: MailServer, userName: string) {
  return {
    Type: server.service.toUpperCase(),
    Server: server.host,
    Port: server.port,
    DomainRequired: 'off',
    LoginName: userName,
    // Without this line it is "on", and Outlook insists on NTLM.
    SPA: 'off',
    // SSL makes Outlook start TLS at once, even on port 143; Encryption STARTTLS.
    ...(server.security === 'tls' ? { SSL: 'on' } : { Encryption: 'TLS' }),
    AuthRequired: 'on',
    ...(server.service === 'smtp' ? { UsePOPAuth: 'on', SMTPLast: 'off' } : {}),
  }
}

function utf8(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
}

function requestIn(text: string): Record<string, unknown> | null {
  try {
    if (XMLValidator.validate(text) !== true) return null
    const request: unknown = parser.parse(text)?.Autodiscover?.Request
    return typeof request === 'object' && request !== null
      ? (request as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
