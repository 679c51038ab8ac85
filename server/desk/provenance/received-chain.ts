// Reads Received lines from the top, and believes them only while known relays wrote them.
import { BlockList, isIP } from 'node:net'
import { fieldsNamed, type LetterField, readLetterDate } from '#server/core/letters/letter.ts'
import { showHiddenLine } from '#server/core/letters/show-hidden.ts'

export interface Hop {
  readonly by: string | null
  /** The client chose this name, so it proves nothing. */
  readonly helo: string | null
  readonly ip: string | null
  readonly protocol: string | null
  readonly queueId: string | null
  readonly authenticatedSender: string | null
  readonly at: Date | null
}

export interface KnownRelay {
  readonly ours: boolean
  /** Host names. A leading dot stands for all hosts below. */
  readonly names: readonly string[]
  /** Addresses and CIDR ranges from which it sends. */
  readonly addresses: readonly string[]
}

export type ChainReading =
  | { readonly kind: 'none' }
  /** An unknown host wrote the topmost line. */
  | { readonly kind: 'unknown-receiver' }
  | { readonly kind: 'from-stranger'; readonly ip: string }
  /** Known relays lead to our submission server, which names a sign-in. */
  | {
      readonly kind: 'submitted'
      readonly login: string
      readonly queueId: string | null
      readonly ip: string | null
    }
  /** A known relay took the letter from one of ours, and no line names a sign-in. */
  | { readonly kind: 'from-us' }
  /** Known relays wrote the lines so far, and none of them says where the letter came from. */
  | { readonly kind: 'ended' }

const MAX_HOPS = 50
const SUBMISSION = /^e?smtps?a$|^utf8smtps?a$/i

export type FollowChain = (fields: readonly LetterField[]) => ChainReading

/** A Received line that is believed, and the host that wrote it. */
export interface BelievedLine {
  readonly by: string
  readonly ours: boolean
}

export interface WalkedChain {
  readonly reading: ChainReading
  /** From the top, without a gap. The sender may have written every line below. */
  readonly believed: readonly BelievedLine[]
}

/** @param relays servers whose lines we believe. @throws on a malformed range */
export function createChainReader(relays: readonly KnownRelay[]): FollowChain {
  const walk = createChainWalk(relays)
  return (fields) => walk(fields).reading
}

/** As `createChainReader`, and says which lines it believed. */
export function createChainWalk(
  relays: readonly KnownRelay[],
): (fields: readonly LetterField[]) => WalkedChain {
  const known = relays.map((relay) => ({ ...relay, list: toBlockList(relay.addresses) }))
  const byHost = (host: string | null) => {
    if (host === null) return undefined
    return known.find(({ names, list }) => {
      return names.some((name) => isNamed(host, name)) || contains(list, host)
    })
  }
  const byAddress = (ip: string) => known.find((relay) => contains(relay.list, ip))

  function readLines(hops: readonly Hop[], believed: BelievedLine[]): ChainReading {
    if (hops.length === 0) return { kind: 'none' }
    let crossed = false
    for (const [at, hop] of hops.entries()) {
      const writer = byHost(hop.by)
      // Security: A Received line that no known relay wrote ends the reading.
      // The sender of the letter may have written all lines below.
      if (writer === undefined && at === 0) return { kind: 'unknown-receiver' }
      if (writer === undefined) break
      // Our server passed the letter on, so the lines below must be ours as well.
      if (crossed && !writer.ours) break
      believed.push({ by: showHiddenLine(hop.by ?? '', 255), ours: writer.ours })
      // Security: No line below our submission server is believed.
      // The letter came in with those lines, so its sender may have written them.
      if (writer.ours && SUBMISSION.test(hop.protocol ?? '')) return readSubmission(hop)
      if (hop.ip === null || contains(inside, hop.ip)) continue
      const giver = byAddress(hop.ip)
      if (giver === undefined) return { kind: 'from-stranger', ip: hop.ip }
      if (giver.ours) crossed = true
    }
    return crossed ? { kind: 'from-us' } : { kind: 'ended' }
  }

  return (fields) => {
    const believed: BelievedLine[] = []
    return { reading: readLines(readHops(fields), believed), believed }
  }
}

function readSubmission({ authenticatedSender, queueId, ip }: Hop): ChainReading {
  if (authenticatedSender === null) return { kind: 'from-us' }
  return { kind: 'submitted', login: authenticatedSender, queueId, ip }
}

/** Topmost first, at most 50. */
export function readHops(fields: readonly LetterField[]): Hop[] {
  return fieldsNamed(fields, 'received')
    .slice(0, MAX_HOPS)
    .map((field) => readHop(field.raw))
}

function readHop(raw: string): Hop {
  const line = raw.slice(0, 2000).replace(/\s+/g, ' ')
  const end = line.lastIndexOf(';')
  const { clauses, comments } = splitComments(end < 0 ? line : line.slice(0, end))
  const word = (name: string) =>
    new RegExp(`(?:^| )${name} ([^ ]{1,255})`, 'i').exec(clauses)?.[1] ?? null
  const helo = word('from')
  const login =
    /\(Authenticated sender: ([^()\s]{1,320})/i.exec(comments)?.[1] ??
    /authenticated as ([^()\s]{1,320})/i.exec(comments)?.[1]
  return {
    by: word('by')?.toLowerCase().replace(/\.$/, '') ?? null,
    helo: helo?.toLowerCase() ?? null,
    ip: helo === null ? null : ipIn(comments, helo),
    protocol: word('with'),
    queueId: word('id')?.replace(/[<>]/g, '') ?? null,
    authenticatedSender: login === undefined ? null : showHiddenLine(login, 320).toLowerCase(),
    at: readLetterDate(end < 0 ? undefined : line.slice(end + 1).trim()),
  }
}

function splitComments(line: string): { clauses: string; comments: string } {
  let depth = 0
  let clauses = ''
  let comments = ''
  for (const char of line) {
    if (char === '(') depth += 1
    if (depth > 0) comments += char
    else clauses += char
    if (char === ')' && depth > 0) depth -= 1
  }
  return { clauses: clauses.replace(/ +/g, ' ').trim(), comments }
}

// Postfix writes `(name [1.2.3.4])`, Exim `([1.2.3.4] helo=x)`, Microsoft `(2603:10a6::1)`.
// Only the first comment belongs to `from`.
function ipIn(comments: string, helo: string): string | null {
  const first = comments.slice(0, comments.indexOf(')') + 1 || undefined)
  const inBrackets = /\[(?:IPv6:)?([0-9a-f.:]{2,45})\]/i.exec(first)?.[1]
  const bare = /\((?:[^()\s]+ )?([0-9a-f.:]{2,45})\)/i.exec(first)?.[1]
  const own = /^\[(?:IPv6:)?([0-9a-f.:]{2,45})\]$/i.exec(helo)?.[1]
  return [inBrackets, bare, own].find((text) => text !== undefined && isIP(text) !== 0) ?? null
}

function isNamed(host: string, name: string): boolean {
  return name.startsWith('.') ? host.endsWith(name) : host === name
}

function toBlockList(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const address of addresses) {
    const [ip = '', bits] = address.split('/')
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(ip, family)
    else list.addSubnet(ip, Number(bits), family)
  }
  return list
}

function contains(list: BlockList, text: string): boolean {
  const version = isIP(text)
  return version !== 0 && list.check(text, version === 6 ? 'ipv6' : 'ipv4')
}

const inside = toBlockList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
])
