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
  /** Of the HTTP listener of `service doveadm`. */
  readonly url: string
  readonly apiKey: string
  /** 5 s by default. */
  readonly timeoutMs?: number
  /** Wait before sessions that were just opening are ended too; 150 by default. */
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
      // A refused connection never reached Dovecot. A call that broke later may be carried out.
      const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(cause))
      throw new PlatformError(
        refused ? 'retry' : 'unknown',
        `doveadm did not answer: ${codeOf(cause)}`,
        { cause },
      )
    }
  }

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
    /** The flush comes first, so that a program that reconnects at once fails. */
    async endSessions(addresses: readonly string[]): Promise<void> {
      const [flush, kick] = await run([
        ['authCacheFlush', { user: addresses }],
        ['kick', { mask: addresses }],
      ])
      expectDone('authCacheFlush', flush)
      expectDone('kick', kick, [nothingFound])
      // Security: A sign-in under way when the password changes leaves no session behind.
      await sleep(lateSessionsMs)
      const [late] = await run([['kick', { mask: addresses }]])
      expectDone('kick', late, [nothingFound])
    },
    async flush(addresses: readonly string[]): Promise<void> {
      const [flush] = await run([['authCacheFlush', { user: addresses }]])
      expectDone('authCacheFlush', flush)
    },
    /** @returns undefined if there is no such user */
    async usedBytes(address: string): Promise<number | undefined> {
      const [answer] = await run([['quotaGet', { user: address }]])
      const done = expectDone('quotaGet', answer, [noSuchUser])
      if (done.kind === 'failed') return undefined
      const rows = done.rows as { type: string; value: string }[]
      return Number(rows.find((row) => row.type === 'STORAGE')?.value ?? 0) * 1024
    },
    async deleteHome(mailbox: { accountId: string; address: string }): Promise<void> {
      const { accountId, address } = mailbox
      const [answer] = await run([['user', { userMask: [address] }]])
      const done = expectDone('user', answer, [noSuchUser])
      if (done.kind === 'failed') return
      const home = (done.rows as Record<string, { home?: string }>)[address]?.home ?? ''
      // Security: A folder that does not belong to the mailbox is never deleted.
      if (!home.endsWith(`/${accountId}`))
        throw new PlatformError('permanent', 'the folder of a mailbox is not its own')
      const whole = { fsDriver: 'posix', fsArgs: 'dirs', recursive: true, path: [`${home}/`] }
      const [deleted] = await run([['fsDelete', whole]])
      expectDone('fsDelete', deleted, [nothingFound])
    },
    /** @throws PlatformError if doveadm is away, refuses the key or has another configuration */
    async probe(): Promise<void> {
      const [answer] = await run([['who', { mask: ['nobody'] }]])
      expectDone('who', answer, [nothingFound])
      // An older configuration does not allow this command.
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
