import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'

/**
 * One name for all spellings of a reporter's address.
 * Security: else every `+tag` would have a budget of its own, and all their letters reach one mailbox.
 */
export function reporterKey(address: string): string {
  const parsed = parseEmailAddress(address, { ownDomains: [] })
  if (parsed.kind === 'ok') return parsed.canonical
  // What our parser takes for no address may still be one to somebody's server.
  return address
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*(?=@[^@]*$)/, '')
}
