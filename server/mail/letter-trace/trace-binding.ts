// Digests that tie a trace to its letter, taken from the letter as it stands.
import { createHash } from 'node:crypto'
import {
  eachField,
  isContentField,
  isShownField,
  readField,
} from '#server/core/letters/header-fields.ts'
import { createBodyHash } from './body-hash.ts'

/** Each field is empty if the letter has no such line. */
export interface TraceBinding {
  /** These three say which letter it is. Blanks do not count, since relays change them. */
  readonly messageId: string
  readonly date: string
  readonly from: string
  readonly subject: string
  /** What else is shown or steers what is shown: see `isShownField`. */
  readonly shown: string
  readonly body: string
  /** The beginning of the body, for letters of which no more is taken. */
  readonly start: string
}

export interface Binder {
  field(name: string, whole: () => string): void
  body(chunk: Uint8Array): void
  end(): TraceBinding
}

/** Bytes of the body that `start` covers. What is taken of a large letter is longer. */
const startBytes = 256 * 1024
const digestChars = 22
const pieceChars = 64 * 1024

const identifying = new Set(['message-id', 'date', 'from'])

// Security: A trace is bound to the letter as it stands, whatever its size and form.
export function createBinder(): Binder {
  const loose = createTally()
  const exact = createTally()
  const body = createBodyHash(startBytes)
  return {
    field(name, whole) {
      if (!isShownField(name)) return
      const { value } = readField(whole())
      exact.add(isContentField(name) ? 'content' : name, `${name}:${value}\n`)
      if (identifying.has(name)) loose.add(name, `${value.replace(/[ \t]+/g, '')}\n`)
    },
    body: (chunk) => body.add(chunk),
    end: () => {
      const { body: whole, start } = body.end()
      return {
        messageId: loose.digestOf('message-id'),
        date: loose.digestOf('date'),
        from: loose.digestOf('from'),
        subject: exact.digestOf('subject'),
        shown: exact.digestOfAll('subject'),
        body: whole,
        start: shorten(start),
      }
    },
  }
}

export function bindLetter(header: string, body: string): TraceBinding {
  const binder = createBinder()
  eachField(header, binder.field)
  for (let at = 0; at < body.length; at += pieceChars)
    binder.body(Buffer.from(body.slice(at, at + pieceChars), 'latin1'))
  return binder.end()
}

const shorten = (digest: string) => digest.slice(0, digestChars)

/** One hash for each group of fields: relays may move a field past others. */
function createTally() {
  const groups = new Map<string, ReturnType<typeof createTextHash>>()
  const digestOf = (group: string) => groups.get(group)?.digest() ?? ''
  return {
    add(group: string, text: string) {
      const hash = groups.get(group) ?? createTextHash()
      groups.set(group, hash)
      hash.add(text)
    },
    digestOf,
    digestOfAll(except: string) {
      const all = createTextHash()
      for (const group of [...groups.keys()].sort())
        if (group !== except) all.add(`${group}=${digestOf(group)};`)
      return all.digest()
    },
  }
}

/** Hashes latin1 text in large pieces: each call of the hash costs as much as many characters. */
function createTextHash() {
  const hash = createHash('sha256')
  let waiting = ''
  return {
    add(text: string) {
      waiting += text
      if (waiting.length < pieceChars) return
      hash.update(waiting, 'latin1')
      waiting = ''
    },
    digest: () => shorten(hash.copy().update(waiting, 'latin1').digest('base64url')),
  }
}
