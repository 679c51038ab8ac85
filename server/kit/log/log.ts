// JSON lines for programs. What could hold a secret never reaches them.
import { type Logger, pino } from 'pino'
import { createBunches, type Lines } from './log-lines.ts'

export interface Log extends Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> {
  /** The line of an answered request. Written by hand: this one is written for every page, and pino takes four times as long. */
  request(line: RequestLine): void
}

/** Words of our own and numbers alone: nothing that a visitor typed. */
export interface RequestLine {
  readonly id: string
  readonly method: string
  /** The pattern, never the address, which may carry a token. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

/** Digits of codes, addresses, long tokens: a message of a library may carry one although ours do not. */
const patterns: readonly [RegExp, string][] = [
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]'],
  [/\$argon2\S+/g, '[verifier]'],
  [/(postgres(?:ql)?|smtps?):\/\/\S+/g, '$1://[url]'],
  [/\+?\d[\d ()-]{5,}\d/g, '[digits]'],
  [/[A-Za-z0-9_-]{40,}/g, '[token]'],
]

/** Too short for a token, and without a sign that each of the other patterns needs: our own words, on every request. */
const isHarmless = (text: string) => text.length < 40 && !/[@$\d:]/.test(text)

// Security: logs are scrubbed
export const scrub = (text: string): string =>
  isHarmless(text)
    ? text
    : patterns.reduce((scrubbed, [pattern, mark]) => scrubbed.replace(pattern, mark), text)

interface Fault {
  type: string
  message: string
  code?: string
  stack?: string
  cause?: Fault
}

/** What the log keeps of a fault: no query, no values, no request. */
export function describeFault(fault: unknown, depth = 0): Fault {
  if (!(fault instanceof Error)) return { type: typeof fault, message: 'not an error' }
  const code = (fault as { code?: unknown }).code
  return {
    type: fault.name,
    message: scrub(fault.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(fault.stack ? { stack: frames(fault.stack) } : {}),
    ...(fault.cause instanceof Error && depth < 3
      ? { cause: describeFault(fault.cause, depth + 1) }
      : {}),
  }
}

/** Only the places, for the first line repeats the message. */
const frames = (stack: string) =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
    .join(' | ')

export function createLog(
  level: string,
  destination: Lines = createBunches(pino.destination()),
): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeFault },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...rest: unknown[]) => void) {
        method.apply(
          this,
          args.map((each) => (typeof each === 'string' ? scrub(each) : each)),
        )
      },
    },
  }
  const logger = pino(options, destination)
  let time = ''
  let timeOf = Number.NEGATIVE_INFINITY
  /** Asked anew once in a millisecond: many requests may end within it. */
  const isoTime = () => {
    const nowMs = performance.now()
    if (nowMs - timeOf >= 1) {
      timeOf = nowMs
      time = pino.stdTimeFunctions.isoTime()
    }
    return time
  }
  const toldOfRequests = logger.isLevelEnabled('info')
  const request = ({ id, method, route, status, ms }: RequestLine) => {
    if (!toldOfRequests) return
    const about = `"id":"${id}","method":"${method}","route":${JSON.stringify(route)},"status":${status},"ms":${ms}`
    // What came before may have been a warning: pino tells the level of its own lines only.
    destination.lastLevel = 0
    destination.write(`{"level":"info"${isoTime()},${about},"msg":"request"}\n`)
  }
  return Object.assign(logger, { request })
}
