import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'

// Security: All spellings of a reporter's address have one key.
// Otherwise every `+tag` would have a limit of its own, though all mails reach one mailbox.
export function reporterKey(address: string): string {
  const parsed = parseEmailAddress(address, { ownDomains: [] })
  if (parsed.kind === 'ok') return parsed.canonical
  // Other servers may accept addresses that our parser refuses.
  return address
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*(?=@[^@]*$)/, '')
}
