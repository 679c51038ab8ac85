// Sends commands to Dovecot over HTTP.
import { PlatformError } from '../mail-platform.ts'
import { type Answer, type Command, readAnswer } from './doveadm-answer.ts'

export interface DoveadmConnection {
  /** Where Dovecot's `service doveadm` listens for HTTP. */
  readonly url: string
  readonly apiKey: string
  /** 5 s by default. */
  readonly timeoutMs?: number
}

/** One answer for each command, in order. @throws PlatformError */
export type RunDoveadm = (commands: readonly Command[]) => Promise<readonly Answer[]>

export function connectDoveadm({ url, apiKey, timeoutMs = 5000 }: DoveadmConnection): RunDoveadm {
  const endpoint = new URL('/doveadm/v1', url)
  const authorization = `X-Dovecot-API ${Buffer.from(apiKey).toString('base64')}`

  async function post(commands: readonly Command[]): Promise<string> {
    const body = JSON.stringify(
      commands.map(([name, parameters], index) => [name, parameters, `c${index}`]),
    )
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await response.text()
      if (response.ok) return text
      throw new PlatformError(
        response.status >= 500 ? 'retry' : 'permanent',
        `doveadm answered HTTP ${response.status}`,
      )
    } catch (cause) {
      if (cause instanceof PlatformError) throw cause
      // Any call that was not refused may have been carried out.
      const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(cause))
      throw new PlatformError(
        refused ? 'retry' : 'unknown',
        `doveadm did not answer: ${codeOf(cause)}`,
        { cause },
      )
    }
  }

  return async (commands) => {
    const text = await post(commands)
    let answers: unknown
    try {
      answers = JSON.parse(text)
    } catch (cause) {
      throw new PlatformError('unknown', 'doveadm broke off its answer', { cause })
    }
    if (!Array.isArray(answers) || answers.length !== commands.length) {
      throw new PlatformError('unknown', 'doveadm answered something else')
    }
    return answers.map(readAnswer)
  }
}

const codeOf = (error: unknown): string => {
  const { code, name, cause } = error as { code?: unknown; name?: string; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String(name) : codeOf(cause)
}
