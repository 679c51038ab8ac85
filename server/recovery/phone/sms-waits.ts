// The waits between SMS to one number, the same for what a page shows and for what is sent.

/** SAFETY: 60, 120 and 300 s between the sends of a day. */
const waitSteps = [1, 2, 5]
export const perTenMinutes = { points: 3, seconds: 600 }
export const daySeconds = 86_400

/** Seconds in eighths, because the limits keep whole milliseconds. */
export function waitAfter(waitSeconds: number, sent: number): number {
  const step = waitSteps[Math.min(sent, waitSteps.length) - 1] ?? 1
  return Math.ceil(waitSeconds * step * 8) / 8
}
