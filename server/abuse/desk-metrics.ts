// The desk's figures for Prometheus.
import { Gauge, type Registry } from 'prom-client'
import type { Db } from '#db/connection.ts'
import type { Clock } from '../core/clock.ts'
import { type FigureTotals, readTotals } from './figures-store.ts'

export function addDeskMetrics(registry: Registry, parts: { readonly db: Db; readonly clock: Clock }): void {
  // One reading serves all gauges of a scrape.
  let reading: { readonly at: number; readonly totals: Promise<FigureTotals> } | undefined
  const read = (): Promise<FigureTotals> => {
    const at = performance.now()
    if (!reading || at - reading.at > 5000) reading = { at, totals: readTotals(parts.db, parts.clock.now()) }
    return reading.totals
  }
  const gauge = (
    name: string,
    help: string,
    label: string,
    values: (totals: FigureTotals) => Record<string, number | null>,
  ) =>
    new Gauge({
      name: `postern_abuse_${name}`,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        this.reset()
        for (const [key, value] of Object.entries(values(await read())))
          if (value !== null) this.set({ [label]: key }, value)
      },
    })
  gauge('reports', 'Reports of the last 30 days, by how far they were judged', 'state', (totals) => ({
    received: totals.reports,
    judged: totals.judged,
    proven: totals.proven,
  }))
  gauge('backlog', 'Open cases, and the age of the oldest in seconds', 'what', (totals) => ({
    cases: totals.openCases,
    oldest_seconds: totals.oldestSeconds,
  }))
  gauge('first_look_seconds', 'From the first report to the first look, last 30 days', 'quantile', ({ firstLook }) => ({
    '0.5': firstLook.p50,
    '0.95': firstLook.p95,
  }))
  gauge(
    'measure_effect_seconds',
    'From a measure to its effect on the platform, last 30 days',
    'quantile',
    ({ effect }) => ({
      '0.5': effect.p50,
      '0.95': effect.p95,
    }),
  )
  gauge('appeals', 'Appeals that wait, and those decided within the last 30 days', 'state', (totals) => ({
    waiting: totals.appealsWaiting,
    decided: totals.appealsDecided,
    lifted: totals.appealsLifted,
  }))
}
