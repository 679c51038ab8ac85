/** Whether a letter bears a true DKIM signature of one of our domains, by keys that we know, old ones included. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'

export type DkimFault =
  | 'body-changed'
  | 'body-missing'
  | 'bad-signature'
  | 'no-key'
  | 'key-retired'
  | 'expired'
  | 'weak'
  | 'partial-body'
  | 'from-unsigned'
  | 'fields-doubled'
  | 'malformed'

export type DkimReading =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'pass'
      readonly domain: string
      readonly selector: string
      readonly signedAt: Date | null
      readonly subjectSigned: boolean
    }
  | { readonly kind: 'fail'; readonly faults: readonly DkimFault[] }
  /** The key could not be asked for; the same letter may pass later. */
  | { readonly kind: 'unknown' }

/** The TXT record at `name`, in its pieces; rejects with the code of node:dns (`ENOTFOUND`, `ENODATA`, `ETIMEOUT` …). */
export type ResolveTxt = (name: string) => Promise<string[][]>

export interface OwnDkimKey {
  readonly domain: string
  readonly selector: string
  /** The whole TXT record: `v=DKIM1; k=rsa; p=…`. */
  readonly record: string
  /** When signing with it ended. Its letters stay proven; what claims to be signed later does not. */
  readonly retiredAt?: Date
}

export interface DkimParts {
  readonly domains: readonly string[]
  /** Old selectors stay listed here after they left the DNS. */
  readonly keys: readonly OwnDkimKey[]
  readonly resolveTxt: ResolveTxt
}

const MAX_SIGNATURES = 5
const MIN_KEY_BITS = 1024
const SINGLE_FIELDS = ['from', 'subject', 'date', 'message-id', 'to', 'content-type']

/** @param header the block as it came; @param body with CRLF line ends, both latin1 characters. */
export async function verifyOwnDkim(
  letter: {
    readonly header: string
    readonly body: string
    readonly fields: readonly LetterField[]
  },
  parts: DkimParts,
  now: Date,
): Promise<DkimReading> {
  const { header, signatures, faults: without } = onlyOurs(letter.header, parts.domains)
  if (signatures === 0)
    return without.length > 0 ? { kind: 'fail', faults: without } : { kind: 'none' }
  if (letter.body.trim() === '') return { kind: 'fail', faults: ['body-missing'] }
  // Security: with a field twice, the signed one and the shown one may differ.
  if (SINGLE_FIELDS.some((name) => fieldsNamed(letter.fields, name).length > 1))
    return { kind: 'fail', faults: ['fields-doubled'] }
  const results = await verify(`${header}\r\n\r\n${letter.body}`, parts, now)
  if (results === null) return { kind: 'fail', faults: ['malformed'] }
  const faults = new Set<DkimFault>()
  let unknown = false
  for (const result of results) {
    const domain = result.signingDomain?.toLowerCase()
    if (domain === undefined || !parts.domains.includes(domain)) continue
    const signedAt = result.signTime ? new Date(result.signTime) : null
    const fault = faultOf(result, signedAt, parts.keys)
    if (fault === 'unknown') unknown = true
    else if (fault !== null) faults.add(fault)
    else
      return {
        kind: 'pass',
        domain,
        selector: result.selector ?? '',
        signedAt,
        subjectSigned: signs(result, 'subject'),
      }
  }
  if (unknown) return { kind: 'unknown' }
  return { kind: 'fail', faults: faults.size === 0 ? ['bad-signature'] : [...faults] }
}

async function verify(
  letter: string,
  parts: DkimParts,
  now: Date,
): Promise<readonly Result[] | null> {
  try {
    const { results } = await dkimVerify(Buffer.from(letter, 'latin1'), {
      resolver: (name: string) => findKey(name, parts),
      minBitLength: MIN_KEY_BITS,
      curTime: now,
    })
    return results
  } catch {
    // It answers a failing resolver by a result; what it throws for, somebody wrote into the letter.
    return null
  }
}

/** What the library gives for a signature; its own types leave half of it out. */
interface Result {
  readonly signingDomain?: string
  readonly selector?: string
  readonly algo?: string
  readonly signTime?: string | null
  readonly signingHeaders?: { readonly keys: string }
  readonly status: { readonly result: string; readonly comment?: string }
}

function faultOf(
  result: Result,
  signedAt: Date | null,
  keys: readonly OwnDkimKey[],
): DkimFault | 'unknown' | null {
  const { result: outcome, comment } = result.status
  if (outcome === 'temperror') return 'unknown'
  if (outcome === 'policy' || /sha1/i.test(result.algo ?? '')) return 'weak'
  if (comment === 'body hash did not verify') return 'body-changed'
  if (comment === 'expired' || comment === 'invalid expiration') return 'expired'
  if (outcome === 'neutral') return 'no-key'
  if (outcome !== 'pass') return 'bad-signature'
  if (!signs(result, 'from')) return 'from-unsigned'
  const key = keys.find(
    (own) => own.selector === result.selector && own.domain === result.signingDomain?.toLowerCase(),
  )
  if (key?.retiredAt && (signedAt === null || signedAt > key.retiredAt)) return 'key-retired'
  return null
}

function signs(result: Result, name: string): boolean {
  return (result.signingHeaders?.keys ?? '')
    .toLowerCase()
    .split(/\s*:\s*/)
    .includes(name)
}

async function findKey(name: string, parts: DkimParts): Promise<string[][]> {
  const own = parts.keys.find(
    (key) => `${key.selector}._domainkey.${key.domain}` === name.toLowerCase(),
  )
  return own ? [[own.record]] : parts.resolveTxt(name)
}

// Only signatures of our domains cost anything, however many others a letter brings; ARC sets are not looked at either.
function onlyOurs(header: string, domains: readonly string[]) {
  let signatures = 0
  const faults = new Set<DkimFault>()
  const kept = header.split(/\r\n(?![ \t])/).filter((field) => {
    if (/^arc-/i.test(field)) return false
    if (!/^dkim-signature[ \t]*:/i.test(field)) return true
    const tags = tagsOf(field)
    if (!domains.includes(tags.get('d')?.toLowerCase() ?? '') || signatures >= MAX_SIGNATURES)
      return false
    // Security: a signature over the first bytes only (l=) says nothing about what was appended.
    if (tags.has('l')) faults.add('partial-body')
    // The library breaks off, other signatures and all, at a moment that no Date can hold.
    else if (
      ![tags.get('t'), tags.get('x')].every((time) => time === undefined || /^\d{1,11}$/.test(time))
    )
      faults.add('malformed')
    else {
      signatures += 1
      return true
    }
    return false
  })
  return { header: kept.join('\r\n'), signatures, faults: [...faults] }
}

function tagsOf(field: string): Map<string, string> {
  const list = field.slice(field.indexOf(':') + 1, 4000).split(';')
  return new Map(
    list.map((tag) => {
      const [name = '', ...value] = tag.split('=')
      return [name.trim().toLowerCase(), value.join('=').replace(/\s+/g, '')]
    }),
  )
}
