import type { MailboxSettings } from './settings.ts'

export type QuotaSettings = Pick<
  MailboxSettings,
  'quotaGrowth' | 'quotaStepBytes' | 'quotaMaxBytes'
>

export interface Fill {
  readonly quotaBytes: number
  /** Undefined if the platform does not tell. */
  readonly usedBytes: number | undefined
}

/** A mailbox this full grows by itself, before letters are refused. */
const growsAt = 0.8
/** The owner may ask for more room when this much is used. */
const mayAskAt = 0.5

/** The size that the mailbox should have: in whole steps, never smaller than now. */
export function grownQuota({ quotaBytes, usedBytes }: Fill, settings: QuotaSettings): number {
  let grown = quotaBytes
  if (settings.quotaGrowth !== 'auto' || usedBytes === undefined) return grown
  while (usedBytes >= grown * growsAt && grown < settings.quotaMaxBytes)
    grown = Math.min(grown + settings.quotaStepBytes, settings.quotaMaxBytes)
  return grown
}

/** The size after a request, or undefined if the owner may not ask now. */
export function requestedQuota(
  { quotaBytes, usedBytes }: Fill,
  settings: QuotaSettings,
): number | undefined {
  if (settings.quotaGrowth !== 'request' || usedBytes === undefined) return undefined
  if (usedBytes < quotaBytes * mayAskAt || quotaBytes >= settings.quotaMaxBytes) return undefined
  return Math.min(quotaBytes + settings.quotaStepBytes, settings.quotaMaxBytes)
}
