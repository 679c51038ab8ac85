// Small charts: the places of bars and lines in a picture of 480 × 180, which the view draws.

export const chartSize = { width: 480, height: 180 } as const
const inset = { left: 44, right: 8, top: 10, bottom: 24 }
const plot = {
  width: chartSize.width - inset.left - inset.right,
  height: chartSize.height - inset.top - inset.bottom,
}

export interface Bar {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Tick {
  readonly y: number
  readonly value: number
}

const round = (value: number) => Math.round(value * 10) / 10

/** Rounds up to 1, 2 or 5 × 10ⁿ, so that an axis ends at a round number. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

function scale(values: readonly number[]) {
  const top = niceCeiling(Math.max(0, ...values))
  const y = (value: number) => round(inset.top + plot.height * (1 - value / top))
  const ticks: Tick[] = [0, top / 2, top].map((value) => ({ y: y(value), value }))
  return { y, ticks }
}

export interface BarChart {
  readonly kind: 'bars'
  /** `second` is the highlighted part of each bar. */
  readonly bars: readonly { readonly first: Bar; readonly second: Bar }[]
  readonly ticks: readonly Tick[]
  readonly columns: readonly number[]
}

export function barChart(
  rows: readonly { readonly value: number; readonly part: number }[],
): BarChart {
  const { y, ticks } = scale(rows.map(({ value }) => value))
  const step = plot.width / Math.max(1, rows.length)
  const width = round(Math.max(1, step * 0.7))
  const bar = (at: number, value: number): Bar => ({
    x: round(inset.left + at * step + (step - width) / 2),
    y: y(value),
    width,
    height: round(y(0) - y(value)),
  })
  return {
    kind: 'bars',
    bars: rows.map(({ value, part }, at) => ({ first: bar(at, value), second: bar(at, part) })),
    ticks,
    columns: rows.map((_row, at) => round(inset.left + (at + 0.5) * step)),
  }
}

export interface LineChart {
  readonly kind: 'lines'
  /** For each series, `points` of SVG polylines: a gap in the values starts a new one. */
  readonly lines: readonly (readonly string[])[]
  readonly ticks: readonly Tick[]
  readonly columns: readonly number[]
}

/** A single point is drawn as a short dash. */
const drawPiece = (points: readonly string[]): string => {
  const [first = ''] = points
  if (points.length > 1) return points.join(' ')
  return `${first} ${first.replace(/^[\d.]+/, (x) => String(Number(x) + 4))}`
}

export function lineChart(series: readonly (readonly (number | null)[])[]): LineChart {
  const { y, ticks } = scale(series.flat().filter((value) => value !== null))
  const length = Math.max(1, ...series.map((values) => values.length))
  const x = (at: number) =>
    round(inset.left + (length === 1 ? 0.5 : at / (length - 1)) * plot.width)
  const pieces = (values: readonly (number | null)[]): string[] => {
    const found: string[][] = [[]]
    values.forEach((value, at) => {
      if (value === null) found.push([])
      else found.at(-1)?.push(`${x(at)},${y(value)}`)
    })
    return found.filter((piece) => piece.length > 0).map(drawPiece)
  }
  return {
    kind: 'lines',
    lines: series.map(pieces),
    ticks,
    columns: Array.from({ length }, (_, at) => x(at)),
  }
}
