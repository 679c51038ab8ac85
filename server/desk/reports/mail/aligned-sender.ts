// Whether a mail really came from the domain in its From: only then is somebody answered there.
import type { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { spf } from 'mailauth/lib/spf/index.js'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { findSenderAccount } from '#server/desk/provenance/find-sender.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'

type Fields = readonly LetterField[]

/** Names of a slow DNS delay no other mail for longer. */
const patienceMs = 5000
const maxSignatures = 2
/** Verifying more would hold up everything else. */
const maxSignedBytes = 10 * 1024 * 1024
const minKeyBits = 1024

function domainOf(address: string): string {
  const at = address.lastIndexOf('@')
  return address.slice(at + 1).toLowerCase()
}

/** Stricter than DMARC, which needs a list of all public suffixes. */
const isOneDomain = (one: string, other: string): boolean =>
  one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`)

// Security: A report by mail is answered only if SPF or DKIM shows who sent it.
// Otherwise anybody could have us write to a stranger.
/** @param address of the reporter */
export async function isAligned(
  parts: DeskParts,
  raw: Uint8Array,
  address: string,
): Promise<boolean> {
  const { fields, header } = scanLetter(openSource(raw.subarray(0, 300_000)).binary)
  const from = fieldsNamed(fields, 'from')
  const domain = domainOf(address)
  const named = from[0]?.value.toLowerCase() ?? ''
  const isIts = named.includes(address.toLowerCase())
  if (from.length !== 1 || !isIts) return false
  if (domain === '') return false
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false)
  })
  const judging = parts.settings.mailDomains.includes(domain)
    ? isOfOwnAccount(parts, raw, address)
    : isOfDomain(parts, raw, { header, fields, domain })
  return await Promise.race([judging, late]).finally(() => clearTimeout(timer))
}

/** Inside one of our domains a signature of the domain tells no account from another. */
async function isOfOwnAccount(
  parts: DeskParts,
  raw: Uint8Array,
  address: string,
): Promise<boolean> {
  const { db, settings, provenance, clock } = parts
  const read = await parts.letterParser.letter(raw)
  if (read.kind !== 'letter') return false
  const judged = await judgeProvenance({ ...read, how: 'source' }, provenance, clock.now())
  if (judged.verdict !== 'proven') return false
  const sender = await findSenderAccount(db, judged.sender, settings.mailDomains)
  const named = await findAccountByAddress(db, address)
  return sender !== undefined && sender.id === named?.id
}

interface Foreign {
  readonly header: string
  readonly fields: Fields
  readonly domain: string
}

async function isOfDomain(parts: DeskParts, raw: Uint8Array, mail: Foreign): Promise<boolean> {
  if (await passesSpf(parts, mail)) return true
  return await passesDkim(parts, raw, mail)
}

/** Believed only above what a relay on the way could write. */
function envelopeSender(fields: Fields): string | undefined {
  const first = fields.find(({ name }) => /^(?:return-path|received)$/i.test(name))
  if (first?.name.toLowerCase() !== 'return-path') {
    return undefined
  }
  return /<([^<>\s]+@[^<>\s]+)>/.exec(first.raw)?.[1]
}

// Loaded with the first report by mail.
async function loadSpf(): Promise<typeof spf> {
  const loaded = await import('mailauth/lib/spf/index.js')
  return loaded.spf
}

async function loadDkim(): Promise<typeof dkimVerify> {
  const loaded = await import('mailauth/lib/dkim/verify.js')
  return loaded.dkimVerify
}

async function passesSpf(
  { resolveDns, followOwn }: DeskParts,
  { fields, domain }: Foreign,
): Promise<boolean> {
  const sender = envelopeSender(fields)
  const arrival = followOwn(fields)
  if (!sender || arrival.kind !== 'from-stranger') {
    return false
  }
  if (!isOneDomain(domainOf(sender), domain)) return false
  const ask = await loadSpf()
  const { status } = await ask({
    sender,
    ip: arrival.ip,
    helo: domainOf(sender),
    mta: domain,
    resolver: resolveDns,
  })
  return status.result === 'pass'
}

/** The library's own types lack half of these fields. */
interface Result {
  readonly signingHeaders?: { readonly keys: string }
  readonly status: { readonly result: string }
}

async function passesDkim(
  { resolveDns, clock }: DeskParts,
  raw: Uint8Array,
  { header, domain }: Foreign,
): Promise<boolean> {
  if (raw.length > maxSignedBytes) return false
  const own = header
    .split(/\r\n(?![ \t])/)
    .filter((field) => /^dkim-signature[ \t]*:/i.test(field))
    .filter((field) => signsFor(field, domain))
  if (own.length === 0 || own.length > maxSignatures) {
    return false
  }
  const verify = await loadDkim()
  const others = withoutOthers(raw, domain)
  const { results } = await verify(others, {
    resolver: resolveDns,
    minBitLength: minKeyBits,
    curTime: clock.now(),
  }).catch(() => ({ results: [] }))
  return (results as readonly Result[]).some((each) => {
    const signed = each.signingHeaders?.keys ?? ''
    if (each.status.result !== 'pass') return false
    return /(?:^|:)\s*from\s*(?::|$)/i.test(signed)
  })
}

function signsFor(field: string, domain: string): boolean {
  const plain = field.replace(/\s+/g, '')
  const tags = `;${plain.slice(plain.indexOf(':') + 1)}`
  const signing = /;d=([^;]+)/i.exec(tags)?.[1] ?? ''
  // A signature over the first bytes only proves nothing.
  if (/;l=/i.test(tags)) return false
  if (!signing.includes('.')) return false
  return isOneDomain(signing.toLowerCase(), domain)
}

/** The mail without foreign signatures, which would cost as much to verify. */
function withoutOthers(raw: Uint8Array, domain: string): Buffer {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length
  const kept = text
    .slice(0, end)
    .split(/\r?\n(?![ \t])/)
    .filter((field) => !/^arc-/i.test(field))
    .filter((field) => !/^dkim-signature[ \t]*:/i.test(field) || signsFor(field, domain))
  const body = text.slice(end).replace(/\r?\n/g, '\r\n')
  return Buffer.from(kept.join('\r\n') + body, 'latin1')
}
