import type { SendingDay } from '#server/mail/sending-limits/read-days.ts'

export interface SendingRate {
  /** Emails on the day in the middle, if all are sorted. */
  readonly usual: number
  readonly most: number
  readonly mostOn: Date
}

/**
 * Undefined if nothing was sent.
 * @param sent days with letters
 * @param days how long the time was: on the others nothing was sent
 */
export function judgeSending(sent: readonly SendingDay[], days: number): SendingRate | undefined {
  const [most] = sent.toSorted((one, other) => other.letters - one.letters)
  if (!most) return undefined
  const idle = Array<number>(Math.max(0, days - sent.length)).fill(0)
  const all = [...idle, ...sent.map(({ letters }) => letters)]
  const sorted = all.toSorted((one, other) => one - other)
  return {
    usual: sorted[Math.floor(sorted.length / 2)] ?? 0,
    most: most.letters,
    mostOn: new Date(`${most.day}T00:00:00Z`),
  }
}
