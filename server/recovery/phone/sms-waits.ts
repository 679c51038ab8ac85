// The waits between SMS to one number, for the shown limits and for the real ones.

/** Times `LIMIT_SMS_WAIT_SECONDS`: by default 60, 120 and then 300 s. */
const waitSteps = [1, 2, 5]
export const perTenMinutes = { points: 3, seconds: 600 }
export const daySeconds = 86_400

/** In eighths of seconds, because the limits need whole milliseconds. */
export function waitAfter(waitSeconds: number, sent: number): number {
  const step = waitSteps[Math.min(sent, waitSteps.length) - 1] ?? 1
  return Math.ceil(waitSeconds * step * 8) / 8
}
