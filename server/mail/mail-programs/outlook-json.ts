// Outlook's Autodiscover V2: it tells where the XML is.
import { judgeDomain } from './own-address.ts'

export interface JsonAnswer {
  readonly status: 200 | 400 | 404
  readonly body: Readonly<Record<string, string>>
}

const supported = 'AutodiscoverV1'
const xmlPath = '/autodiscover/autodiscover.xml'

/** @param query its names may be in any case */
export function answerAutodiscoverJson(
  query: Readonly<Record<string, unknown>>,
  domains: readonly string[],
): JsonAnswer {
  const given = lowerNames(query)
  const [protocol] = [given.protocol].flat()
  if (typeof protocol !== 'string' || protocol === '') return refusals.missing
  if (protocol.toLowerCase() !== supported.toLowerCase()) return refusals.protocol
  const asked = judgeDomain(given.email, domains)
  if (asked.kind === 'foreign') return refusals.foreign
  if (asked.kind === 'unreadable') return refusals.unreadable
  const domain = asked.kind === 'ours' ? asked.domain : domains[0]
  return {
    status: 200,
    body: {
      Protocol: supported,
      Url: `https://autodiscover.${domain}${xmlPath}`,
    },
  }
}

const lowerNames = (query: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const entries = Object.entries(query)
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

/** The codes of Exchange. */
const refusals = {
  missing: {
    status: 400,
    body: {
      ErrorCode: 'MandatoryParameterMissing',
      ErrorMessage: 'Protocol is missing.',
    },
  },
  protocol: {
    status: 400,
    body: {
      ErrorCode: 'InvalidProtocol',
      ErrorMessage: `Supported: ${supported}.`,
    },
  },
  foreign: {
    status: 404,
    body: {
      ErrorCode: 'UserNotFound',
      ErrorMessage: 'This domain is not ours.',
    },
  },
  unreadable: {
    status: 400,
    body: {
      ErrorCode: 'InvalidUserId',
      ErrorMessage: 'Email is no address.',
    },
  },
} as const
