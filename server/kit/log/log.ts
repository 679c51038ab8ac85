import { type Logger, pino } from 'pino'
import { createBunches, type Lines } from './log-lines.ts'

export interface Log extends Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> {
  /** Does without pino, which takes four times as long. */
  request(line: RequestLine): void
}

export interface RequestLine {
  readonly id: string
  readonly method: string
  /** Never the path, which may contain a token. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

const patterns: readonly [RegExp, string][] = [
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]'],
  [/\$argon2\S+/g, '[verifier]'],
  [/(postgres(?:ql)?|smtps?):\/\/\S+/g, '$1://[url]'],
  [/\+?\d[\d ()-]{5,}\d/g, '[digits]'],
  [/[A-Za-z0-9_-]{40,}/g, '[token]'],
]

/** Too short for a token, and without a sign that the other patterns need. */
const isHarmless = (text: string) => text.length < 40 && !/[@$\d:]/.test(text)

// Security: A log line never shows an address, number, code, token, verifier or connection URL.
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
  const isoTime = createIsoTime()
  const writesRequests = logger.isLevelEnabled('info')
  const request = ({ id, method, route, status, ms }: RequestLine) => {
    if (!writesRequests) return
    const start = `{"level":"info"${isoTime()},"id":"${id}","method":"${method}"`
    const end = `"route":${JSON.stringify(route)},"status":${status},"ms":${ms},"msg":"request"}`
    // pino sets the level only for its own lines, so that of an earlier line may be left.
    destination.lastLevel = 0
    destination.write(`${start},${end}\n`)
  }
  return Object.assign(logger, { request })
}

/** Formats at most once in a millisecond: many requests may end in one. */
function createIsoTime(): () => string {
  let time = ''
  let formattedAt = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = performance.now()
    if (nowMs - formattedAt >= 1) {
      formattedAt = nowMs
      time = pino.stdTimeFunctions.isoTime()
    }
    return time
  }
}
