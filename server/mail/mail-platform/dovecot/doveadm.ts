// The few doveadm commands that the portal needs, over Dovecot's HTTP API.
import { setTimeout as sleep } from 'node:timers/promises'
import { PlatformError } from '../mail-platform.ts'
import {
  type Answer,
  type Command,
  expectDone,
  noSuchUser,
  nothingFound,
  readAnswer,
} from './doveadm-answer.ts'
import { createDoveadmFilters } from './doveadm-filters.ts'

export interface DoveadmSettings {
  /** Base URL of the `service doveadm` HTTP listener. */
  readonly url: string
  readonly apiKey: string
  /** 5 s by default. */
  readonly timeoutMs?: number
  /** When sessions are ended once more: long enough for one that was opening, too short for people to sign in anew. 150 by default. */
  readonly lateSessionsMs?: number
}

export type Doveadm = ReturnType<typeof createDoveadm>

export function createDoveadm({
  url,
  apiKey,
  timeoutMs = 5000,
  lateSessionsMs = 150,
}: DoveadmSettings) {
  const endpoint = new URL('/doveadm/v1', url)
  const authorization = `X-Dovecot-API ${Buffer.from(apiKey).toString('base64')}`

  const post = async (commands: readonly Command[]): Promise<string> => {
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
      // A refused connection never reached Dovecot; whatever broke later may have been carried out.
      const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(cause))
      throw new PlatformError(
        refused ? 'retry' : 'unknown',
        `doveadm did not answer: ${codeOf(cause)}`,
        { cause },
      )
    }
  }

  /** Runs the commands one after another in one request. */
  const run = async (commands: readonly Command[]): Promise<readonly Answer[]> => {
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

  return {
    /** Forgets cached credentials, then ends the live sessions: a program that reconnects between the two must fail already. */
    async endSessions(addresses: readonly string[]): Promise<void> {
      const [flush, kick] = await run([
        ['authCacheFlush', { user: addresses }],
        ['kick', { mask: addresses }],
      ])
      expectDone('authCacheFlush', flush)
      expectDone('kick', kick, [nothingFound])
      // Security: a sign-in that is under way when the password changes leaves no session behind.
      await sleep(lateSessionsMs)
      const [late] = await run([['kick', { mask: addresses }]])
      expectDone('kick', late, [nothingFound])
    },
    async flush(addresses: readonly string[]): Promise<void> {
      const [flush] = await run([['authCacheFlush', { user: addresses }]])
      expectDone('authCacheFlush', flush)
    },
    /** Bytes in the mailbox, or `undefined` where there is no such user. */
    async usedBytes(address: string): Promise<number | undefined> {
      const [answer] = await run([['quotaGet', { user: address }]])
      const done = expectDone('quotaGet', answer, [noSuchUser])
      if (done.kind === 'failed') return undefined
      const rows = done.rows as { type: string; value: string }[]
      return Number(rows.find((row) => row.type === 'STORAGE')?.value ?? 0) * 1024
    },
    /** Deletes every file of the mailbox. Already gone is success. */
    async deleteHome({
      accountId,
      address,
    }: {
      accountId: string
      address: string
    }): Promise<void> {
      const [answer] = await run([['user', { userMask: [address] }]])
      const done = expectDone('user', answer, [noSuchUser])
      if (done.kind === 'failed') return
      const home = (done.rows as Record<string, { home?: string }>)[address]?.home ?? ''
      // Security: a platform that keeps its mail elsewhere than the templates say must not lose a folder of many people.
      if (!home.endsWith(`/${accountId}`))
        throw new PlatformError('permanent', 'the folder of a mailbox is not its own')
      const whole = { fsDriver: 'posix', fsArgs: 'dirs', recursive: true, path: [`${home}/`] }
      const [deleted] = await run([['fsDelete', whole]])
      expectDone('fsDelete', deleted, [nothingFound])
    },
    /** Throws where doveadm cannot be reached, does not know the key, or is not configured as the templates say. */
    async probe(): Promise<void> {
      const [answer] = await run([['who', { mask: ['nobody'] }]])
      expectDone('who', answer, [nothingFound])
      // A configuration of before the filters were held back does not allow this one.
      const [filters] = await run([['sieveList', { user: 'nobody' }]])
      expectDone('sieveList', filters, [noSuchUser])
    },
    filters: createDoveadmFilters(run),
  }
}

const codeOf = (error: unknown): string => {
  const { code, name, cause } = error as { code?: unknown; name?: string; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String(name) : codeOf(cause)
}
