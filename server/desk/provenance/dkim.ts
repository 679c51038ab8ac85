// Verifies DKIM signatures of our own domains, also those made with retired keys.
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { isShownField } from '#server/core/letters/header-fields.ts'
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
      /** All that is shown is signed, as often as it stands there. */
      readonly covers: boolean
      /** Not even blanks were changed: the signature is `c=simple/simple`. */
      readonly exact: boolean
    }
  | { readonly kind: 'fail'; readonly faults: readonly DkimFault[] }
  /** The DNS did not answer. The same letter may pass later. */
  | { readonly kind: 'unknown' }

/** Like `resolveTxt` of node:dns, also in the codes of its rejections. */
export type ResolveTxt = (name: string) => Promise<string[][]>

export interface OwnDkimKey {
  readonly domain: string
  readonly selector: string
  /** The complete TXT record: `v=DKIM1; k=rsa; p=…`. */
  readonly record: string
  /** Signatures of a later or an unknown moment are refused. Earlier ones stay valid. */
  readonly retiredAt?: Date
}

export interface DkimParts {
  readonly domains: readonly string[]
  /** Keys from the settings, also those that have left the DNS. */
  readonly keys: readonly OwnDkimKey[]
  readonly resolveTxt: ResolveTxt
}

const MAX_SIGNATURES = 5
const MIN_KEY_BITS = 1024
const SINGLE_FIELDS = ['from', 'subject', 'date', 'message-id', 'to', 'content-type']

/** Takes the unchanged header and a body with CRLF line ends, both as latin1 characters. */
export async function verifyOwnDkim(
  letter: {
    readonly header: string
    readonly body: string
    readonly fields: readonly LetterField[]
  },
  parts: DkimParts,
  now: Date,
): Promise<DkimReading> {
  const { header, signatures, signed, faults: without } = onlyOurs(letter.header, parts.domains)
  if (signatures === 0)
    return without.length > 0 ? { kind: 'fail', faults: without } : { kind: 'none' }
  if (letter.body.trim() === '') return { kind: 'fail', faults: ['body-missing'] }
  // Security: A signed letter with a doubled field is not proven.
  // The signature may cover one of the two, and mail programs may show the other one.
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
    if (fault === null) {
      const selector = result.selector ?? ''
      const { names, exact } = signed.get(result.signature ?? '') ?? { names: [], exact: false }
      const covers = coversAll(names, letter.fields)
      return { kind: 'pass', domain, selector, signedAt, covers, exact }
    }
    if (fault === 'unknown') unknown = true
    else faults.add(fault)
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
    // The library throws only for malformed letters. A failing DNS becomes one of its results.
    return null
  }
}

/** The library's own types lack half of these fields. */
interface Result {
  readonly signingDomain?: string
  readonly selector?: string
  readonly algo?: string
  readonly signature?: string
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

// Security: A signature that leaves open what is shown does not say that a letter is intact.
/** @param names as the signature lists them. Oversigned: once more than they stood there. */
function coversAll(names: readonly string[], fields: readonly LetterField[]): boolean {
  const shown = fields.map(({ name }) => name.toLowerCase()).filter(isShownField)
  const count = (list: readonly string[], name: string) =>
    list.filter((each) => each === name).length
  // A field that is in no list may have been taken away.
  const isListed = ['subject', 'content-type'].every((name) => names.includes(name))
  return isListed && shown.every((name) => count(shown, name) <= count(names, name))
}

async function findKey(name: string, parts: DkimParts): Promise<string[][]> {
  const own = parts.keys.find(
    (key) => `${key.selector}._domainkey.${key.domain}` === name.toLowerCase(),
  )
  return own ? [[own.record]] : parts.resolveTxt(name)
}

// Foreign signatures are dropped unread, so that a letter cannot make verification expensive.
function onlyOurs(header: string, domains: readonly string[]) {
  let signatures = 0
  const signed = new Map<string, { names: string[]; exact: boolean }>()
  const faults = new Set<DkimFault>()
  const kept = header.split(/\r\n(?![ \t])/).filter((field) => {
    if (/^arc-/i.test(field)) return false
    if (!/^dkim-signature[ \t]*:/i.test(field)) return true
    const tags = tagsOf(field)
    const ours = domains.includes(tags.get('d')?.toLowerCase() ?? '')
    if (!ours || signatures >= MAX_SIGNATURES) return false
    const fault = faultOfTags(tags)
    if (fault) faults.add(fault)
    else signatures += 1
    const names = (tags.get('h') ?? '').toLowerCase().split(':')
    // RFC 6376, 3.5: without a word each of the two is simple.
    const exact = /^(?:simple(?:\/simple)?)?$/i.test(tags.get('c') ?? '')
    signed.set(tags.get('b') ?? '', { names, exact })
    return fault === null
  })
  return { header: kept.join('\r\n'), signatures, signed, faults: [...faults] }
}

function faultOfTags(tags: ReadonlyMap<string, string>): DkimFault | null {
  // Security: A signature over the first bytes only (l=) proves nothing.
  if (tags.has('l')) return 'partial-body'
  // A time that no Date can hold would make the library stop before the other signatures.
  const moments = [tags.get('t'), tags.get('x')].filter((time) => time !== undefined)
  return moments.every((time) => /^\d{1,11}$/.test(time)) ? null : 'malformed'
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
