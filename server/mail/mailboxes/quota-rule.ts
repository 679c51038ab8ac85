// When a mailbox gets more room, and how much.
import type { RawSettings } from '#server/kit/settings/settings.ts'

export type QuotaSettings = Pick<RawSettings, 'quotaGrowth' | 'quotaStepBytes' | 'quotaMaxBytes'>

export interface Fill {
  readonly quotaBytes: number
  /** Undefined where it is not known. */
  readonly usedBytes: number | undefined
}

/** From here on a mailbox grows by itself, so that no letter is refused meanwhile. */
const growsAt = 0.8
/** Whoever asks for more room must have used half of what is there. */
const mayAskAt = 0.5

/** The size that a mailbox so full should have: in whole steps, never beyond the maximum, never smaller than it is. */
export function grownQuota({ quotaBytes, usedBytes }: Fill, settings: QuotaSettings): number {
  let grown = quotaBytes
  if (settings.quotaGrowth !== 'auto' || usedBytes === undefined) return grown
  while (usedBytes >= grown * growsAt && grown < settings.quotaMaxBytes)
    grown = Math.min(grown + settings.quotaStepBytes, settings.quotaMaxBytes)
  return grown
}

/** The size after a request, or undefined where none may be made now. */
export function requestedQuota(
  { quotaBytes, usedBytes }: Fill,
  settings: QuotaSettings,
): number | undefined {
  const may =
    settings.quotaGrowth === 'request' &&
    usedBytes !== undefined &&
    usedBytes >= quotaBytes * mayAskAt
  return may && quotaBytes < settings.quotaMaxBytes
    ? Math.min(quotaBytes + settings.quotaStepBytes, settings.quotaMaxBytes)
    : undefined
}
