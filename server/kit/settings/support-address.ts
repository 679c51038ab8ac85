interface Addresses {
  readonly mailDomains: readonly string[]
  readonly supportAddress: string | undefined
}

/** RFC 5321, 4.5.1: every mail domain has a postmaster. */
export const supportAddressOf = ({ supportAddress, mailDomains }: Addresses): string =>
  supportAddress ?? `postmaster@${mailDomains[0] ?? ''}`
