// Whom a report counts as: a confirmed address, or the network that it came from.
import type { DeskIndex } from '../queue/index-store.ts'
import { reporterKey } from '../reports/reporter-key.ts'

export interface Sender {
  /** The address to answer to.
   * Anybody can type it. */
  readonly reporter: string | null
  /** A session or the mail proves that it is theirs. */
  readonly confirmed?: boolean
  /** Stands for the reporter if they gave no address. */
  readonly network: string
  /** Whom it counts as if not as the network. */
  readonly countedAs?: string
}

export interface SenderDigests {
  /** Of the address, or of the network.
   * Limits of mails count by it. */
  readonly reporterDigest: Buffer
  readonly personDigest: Buffer
}

/** All spellings of one address have the same digest. */
export const digestOfReporter = (
  { index }: { readonly index: DeskIndex },
  address: string,
): Promise<Buffer> => index.digest('reporter', `mail:${reporterKey(address)}`)

// Security: Ten typed addresses from one network are one person.
export async function digestsOf(
  parts: { readonly index: DeskIndex },
  { reporter, confirmed, network, countedAs }: Sender,
): Promise<SenderDigests> {
  const ofNetwork = (name: string) => parts.index.digest('reporter', `network:${name}`)
  const reporterDigest = await (reporter === null
    ? ofNetwork(network)
    : digestOfReporter(parts, reporter))
  const isPerson = reporter !== null && confirmed === true
  const personDigest = isPerson ? reporterDigest : await ofNetwork(countedAs ?? network)
  return { reporterDigest, personDigest }
}

/** Tells a person from others who typed
 * the same address. */
export const nameOfSender = ({ reporterDigest, personDigest }: SenderDigests): string =>
  personDigest.equals(reporterDigest)
    ? reporterDigest.toString('hex')
    : `${reporterDigest.toString('hex')}:${personDigest.toString('hex')}`
