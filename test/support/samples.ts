// Whether two lists of samples come from one distribution.

/** Ranks of all values, equal ones sharing theirs. */
function rank(values: readonly number[]): Map<number, number> {
  const sorted = values.toSorted((left, right) => left - right)
  const ranks = new Map<number, number>()
  for (let from = 0; from < sorted.length; ) {
    let to = from
    while (sorted[to + 1] === sorted[from]) to += 1
    ranks.set(sorted[from] ?? 0, (from + to) / 2 + 1)
    from = to + 1
  }
  return ranks
}

/**
 * The Mann-Whitney U test, two-sided, by its normal approximation (good from about 20 samples on). Chosen because it asks nothing of the
 * distribution and a few slow samples do not hide a shift.
 * @returns apart where chance alone explains the difference with less than one in ten thousand
 */
export function differ(
  left: readonly number[],
  right: readonly number[],
): { apart: boolean } & Record<string, unknown> {
  const ranks = rank([...left, ...right])
  const sum = left.reduce((total, value) => total + (ranks.get(value) ?? 0), 0)
  const u = sum - (left.length * (left.length + 1)) / 2
  const mean = (left.length * right.length) / 2
  const deviation = Math.sqrt((left.length * right.length * (left.length + right.length + 1)) / 12)
  const z = (u - mean) / deviation
  if (Math.abs(z) < 4) return { apart: false }
  const median = (values: readonly number[]) =>
    values.toSorted((one, two) => one - two)[values.length >> 1]
  return { apart: true, z, medians: [median(left), median(right)] }
}
