const FIELD = /^([!-9;-~]{1,76})[ \t]*:/
const oneOf = (names: readonly string[]) => new RegExp(`^(?:${names.join('|')})$`, 'i')
const transportNames = [
  'received',
  'return-path',
  'delivered-to',
  'dkim-signature',
  'authentication-results',
  'arc-[a-z-]+',
  'x-[a-z0-9-]+',
]
const TRANSPORT = oneOf(transportNames)
const KNOWN = oneOf([
  ...transportNames,
  'envelope-to',
  'from',
  'to',
  'cc',
  'sender',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-[a-z-]+',
  'in-reply-to',
  'references',
  'resent-[a-z-]+',
  'list-[a-z-]+',
  'user-agent',
  'auto-submitted',
  'precedence',
])
export function fieldName(line: string): string | null {
  return FIELD.exec(line)?.[1] ?? null
}

export const isKnownName = (name: string): boolean => KNOWN.test(name)
export const isTransportName = (name: string): boolean => TRANSPORT.test(name)

export function isKnown(line: string): boolean {
  const name = fieldName(line)
  return name !== null && isKnownName(name)
}
