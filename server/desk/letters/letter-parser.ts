// Parses reported letters in one worker thread, one after another, each with a time limit.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ReportMail } from '../reports/mail/parse-report-mail.ts'
import type { ParserTask } from './letter-worker.ts'
import type { LetterOutcome, Reading } from './parse-letter.ts'

export interface LetterParser {
  letter(input: Uint8Array | string, reading?: Reading): Promise<LetterOutcome>
  reportMail(input: Uint8Array, ownAddresses: readonly string[]): Promise<ReportMail>
  /** Null if there is no such attachment, or reading took too long. */
  attachment(input: Uint8Array | string, sha256: string): Promise<Buffer | null>
  close(): Promise<void>
}

export interface LetterParserParts {
  /** For one letter, default 3,000. The largest mail takes about 500 ms on a slow core. */
  readonly timeLimitMs?: number
  /** The thread's heap, default 256. */
  readonly memoryLimitMib?: number
}

const TOO_SLOW = Symbol('too slow')

function createParserThread({ timeLimitMs = 3_000, memoryLimitMib = 256 }: LetterParserParts) {
  let worker: Worker | null = null
  let ready: Promise<unknown> = Promise.resolve()

  function start(): Worker {
    const started = new Worker(new URL('./letter-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMib },
    })
    started.unref()
    // The time limit of a letter starts only when the parsers are loaded.
    ready = once(started, 'message')
    return started
  }

  // Security: A letter that takes too much time or memory ends its thread, not the portal.
  async function run(task: ParserTask): Promise<unknown> {
    worker ??= start()
    const current = worker
    await ready
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(() => resolve(TOO_SLOW), true), timeLimitMs)
      const onMessage = ({ result, fault }: { result?: unknown; fault?: string }) =>
        finish(() => (fault === undefined ? resolve(result) : reject(new Error(fault))), false)
      const onEnd = () => finish(() => resolve(TOO_SLOW), true)
      function finish(settle: () => void, broken: boolean) {
        clearTimeout(timer)
        current.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
        if (broken) {
          current.on('error', () => {})
          if (worker === current) worker = null
          void current.terminate()
        }
        settle()
      }
      current.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
      current.postMessage(task)
    })
  }

  async function close(): Promise<void> {
    const current = worker
    worker = null
    await current?.terminate()
  }

  return { run, close }
}

export function createLetterParser(parts: LetterParserParts = {}): LetterParser {
  const thread = createParserThread(parts)
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn(task: ParserTask): Promise<unknown> {
    const result = turn.then(() => thread.run(task))
    turn = result.catch(() => {})
    return result
  }

  return {
    async letter(input, reading = {}) {
      const result = await inTurn({ what: 'letter', input, reading })
      return result === TOO_SLOW
        ? { kind: 'refused', reason: 'too-slow' }
        : (result as LetterOutcome)
    },
    async reportMail(input, ownAddresses) {
      const result = await inTurn({ what: 'report-mail', input, ownAddresses })
      return result === TOO_SLOW
        ? { kind: 'refused', reason: 'unreadable' }
        : withBuffers(result as ReportMail)
    },
    async attachment(input, sha256) {
      const result = await inTurn({ what: 'attachment', input, sha256 })
      return result instanceof Uint8Array ? Buffer.from(result) : null
    },
    close: thread.close,
  }
}

// A Buffer arrives from another thread as a plain Uint8Array.
function withBuffers(mail: ReportMail): ReportMail {
  if (mail.kind !== 'mail') return mail
  return {
    ...mail,
    instead: mail.instead && Buffer.from(mail.instead),
    letters: mail.letters.map((letter) => ({ ...letter, source: Buffer.from(letter.source) })),
  }
}
