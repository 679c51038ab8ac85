// What a test wants of a mail platform, and the ways in which it may be refused.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { PlatformError, type WantedMailbox } from '#server/mail/mail-platform/mail-platform.ts'

export type WantedFor = (login: string, change?: Partial<WantedMailbox>) => WantedMailbox

/** @param passwordOf a password in the platform's format, different for each seed */
export const wanting =
  (domain: string, passwordOf: (seed: string) => string): WantedFor =>
  (login, change = {}) => ({
    accountId: randomUUID(),
    address: `${login}@${domain}`,
    revision: 1,
    password: passwordOf(login),
    suspension: 'none',
    suspensionReason: null,
    quotaBytes: 1_073_741_824,
    mainPasswordOpensMail: true,
    aliases: [],
    ...change,
  })

export const failsAs =
  (kind: PlatformError['kind'], retryAfterSeconds?: number) => (error: unknown) => {
    assert.ok(error instanceof PlatformError, String(error))
    assert.deepEqual([error.kind, error.retryAfterSeconds], [kind, retryAfterSeconds])
    return true
  }
