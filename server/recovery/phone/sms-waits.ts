// The waits between SMS to one number. The limits that pages show and the real ones both use them.

/** Times `LIMIT_SMS_WAIT_SECONDS`: by default 60, 120 and then 300 s between the SMS of a day. */
const waitSteps = [1, 2, 5]
export const perTenMinutes = { points: 3, seconds: 600 }
export const daySeconds = 86_400

/** Seconds to wait, in eighths: an eighth is whole milliseconds, which the limits need. */
export function waitAfter(waitSeconds: number, sent: number): number {
  const step = waitSteps[Math.min(sent, waitSteps.length) - 1] ?? 1
  return Math.ceil(waitSeconds * step * 8) / 8
}
