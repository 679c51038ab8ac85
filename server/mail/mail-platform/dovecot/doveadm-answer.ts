import { PlatformError } from '../mail-platform.ts'

export type Command = readonly [name: string, parameters: Record<string, unknown>]
export type Answer =
  | { readonly kind: 'done'; readonly rows: unknown }
  | { readonly kind: 'failed'; readonly exitCode: number }

/** Exit codes of doveadm; 65 and 67 come from sysexits.h. */
export const noSuchUser = 67
export const nothingFound = 68
/** The script does not compile, or is active and may not be deleted. */
export const badData = 65

/** @param fine exit codes that count as success */
export function expectDone(
  command: string,
  answer: Answer | undefined,
  fine: readonly number[] = [],
): Answer {
  if (answer?.kind === 'done' || (answer && fine.includes(answer.exitCode))) return answer
  throw new PlatformError('retry', `doveadm ${command} failed with exit code ${answer?.exitCode}`)
}

export function readAnswer(answer: unknown): Answer {
  const [kind, value] = answer as [string, unknown]
  if (kind === 'doveadmResponse') return { kind: 'done', rows: value }
  const { type, exitCode } = value as { type: string; exitCode?: number }
  if (type === 'exitCode' && exitCode !== undefined) return { kind: 'failed', exitCode }
  // unAuthorized, unknownMethod, invalidRequest: Dovecot does not run our configuration.
  throw new PlatformError('permanent', `doveadm refused the command: ${type}`)
}
