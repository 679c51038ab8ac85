// JSON lines for programs. What could hold a secret never reaches them.
import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** Digits of codes, addresses, long tokens: a message of a library may carry one although ours do not. */
const patterns: readonly [RegExp, string][] = [
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]'],
  [/\$argon2\S+/g, '[verifier]'],
  [/(postgres(?:ql)?|smtps?):\/\/\S+/g, '$1://[url]'],
  [/\+?\d[\d ()-]{5,}\d/g, '[digits]'],
  [/[A-Za-z0-9_-]{40,}/g, '[token]'],
]

// Security: logs are scrubbed
export const scrub = (text: string): string =>
  patterns.reduce((scrubbed, [pattern, mark]) => scrubbed.replace(pattern, mark), text)

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
    ...(fault.cause instanceof Error && depth < 3 ? { cause: describeFault(fault.cause, depth + 1) } : {}),
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

export function createLog(level: string, destination?: { write(line: string): void }): Log {
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
  return destination ? pino(options, destination) : pino(options)
}
