// Durations for the figures of the mail platform proofs.

/** In milliseconds. */
export interface Times {
  readonly median: number
  readonly p95: number
  readonly slowest: number
}

export function timesOf(samples: readonly number[]): Times {
  const sorted = samples.toSorted((left, right) => left - right)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0)
  return { median: at(0.5), p95: at(0.95), slowest: at(1) }
}

/** @returns milliseconds from `start` until `isSo` */
export async function timeUntil(start: number, isSo: () => Promise<boolean>): Promise<number> {
  while (!(await isSo()))
    if (performance.now() - start > 20_000) throw new Error(`not so within 20 s: ${isSo}`)
  return performance.now() - start
}

/** @returns milliseconds from `start` to the beginning of the refused try */
export async function timeUntilRefused(
  start: number,
  isRefused: () => Promise<boolean>,
): Promise<number> {
  let began = start
  await timeUntil(start, () => {
    began = performance.now()
    return isRefused()
  })
  return began - start
}
