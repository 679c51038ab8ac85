// The figures of the bench, as a table for people and as JSON for programs.

export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly target?: { readonly atLeast: number } | { readonly atMost: number }
  /** The value to compare with. */
  readonly beside?: string
}

export const holds = ({ value, target }: Figure): boolean | undefined =>
  target && ('atLeast' in target ? value >= target.atLeast : value <= target.atMost)

export const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

const written = (value: number) =>
  Number.isNaN(value)
    ? '–'
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2)

function rowOf(figure: Figure): readonly string[] {
  const { what, value, unit, target, beside } = figure
  const wanted = target ? ('atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`) : ''
  const held = holds(figure)
  return [
    what,
    `${written(value)} ${unit}`.trim(),
    wanted,
    held === undefined ? '' : held ? 'yes' : 'NO',
    beside ?? '',
  ]
}

/** A Markdown table for docs/proofs.md. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [['what', 'measured', 'target', 'holds', 'beside'], ...figures.map(rowOf)]
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rest] = rows
  return [
    line(head),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rest.map(line),
  ].join('\n')
}
