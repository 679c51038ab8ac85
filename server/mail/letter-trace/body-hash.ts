// Hashes a body piece by piece, as it will read when Postfix has sent it.
import { createHash } from 'node:crypto'
import { lineMax } from '#server/core/letters/header-fields.ts'

export interface BodyDigests {
  readonly body: string
  readonly start: string
}

const cr = 13
const lf = 10
const blank = 32
const bufferBytes = 64 * 1024

/** Line ends count as one kind, and blank lines at the end not at all. */
export function createBodyHash(startBytes: number) {
  const whole = createWriter(Number.POSITIVE_INFINITY)
  const start = createWriter(startBytes)
  let column = 0
  let returns = 0
  let lineEnds = 0

  function put(byte: number): void {
    for (; lineEnds > 0; lineEnds -= 1) whole.write(lf)
    whole.write(byte)
    start.write(byte)
  }

  function endLine(): void {
    column = 0
    lineEnds += 1
    start.write(lf)
  }

  function add(byte: number): void {
    // CR CR LF is one line end too: copies in text mode make it.
    if (byte === cr) {
      if (returns === 2) endLine()
      else returns += 1
      return
    }
    if (byte === lf) {
      returns = 0
      endLine()
      return
    }
    for (; returns > 0; returns -= 1) endLine()
    if (column === lineMax) {
      endLine()
      put(blank)
      column = 1
    }
    put(byte)
    column += 1
  }

  return {
    add(chunk: Uint8Array): void {
      for (const byte of chunk) add(byte)
    },
    end(): BodyDigests {
      return { body: whole.digest(), start: start.digest() }
    },
  }
}

function createWriter(most: number) {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(bufferBytes)
  let filled = 0
  let left = most
  return {
    write(byte: number): void {
      if (left === 0) return
      left -= 1
      buffer[filled] = byte
      filled += 1
      if (filled < bufferBytes) return
      hash.update(buffer)
      filled = 0
    },
    digest: (): string => hash.update(buffer.subarray(0, filled)).digest('base64url'),
  }
}
