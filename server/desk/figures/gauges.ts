import { Gauge, type Registry } from 'prom-client'
import { msPerDay } from '#server/core/durations.ts'
import type { DeskPageParts } from '../parts.ts'
import { readBacklog, readFigures } from './figures-store.ts'

export function registerGauges(registry: Registry, { db, clock }: DeskPageParts): void {
  const registers = [registry]
  new Gauge({
    name: 'postern_abuse_backlog',
    help:
      'What waits at the abuse desk: open cases by severity, late ones, those nobody looked at, ' +
      'reports not judged, objections',
    labelNames: ['what'],
    registers,
    async collect() {
      const { bySeverity, unseen, late, unjudged, appeals } = await readBacklog(db, clock.now())
      for (const [severity, cases] of Object.entries(bySeverity))
        this.set({ what: `cases-${severity}` }, Number(cases))
      this.set({ what: 'cases-unseen' }, unseen)
      this.set({ what: 'cases-late' }, late)
      this.set({ what: 'reports-unjudged' }, unjudged)
      this.set({ what: 'appeals' }, appeals)
    },
  })
  new Gauge({
    name: 'postern_abuse_backlog_age_seconds',
    help: 'Age of the oldest open case',
    registers,
    async collect() {
      this.set((await readBacklog(db, clock.now())).oldestSeconds)
    },
  })
  new Gauge({
    name: 'postern_abuse_day',
    help:
      'The last 24 hours: reports, seconds to the first look and from a measure to its effect ' +
      '(p50, p95), shares',
    labelNames: ['what'],
    registers,
    async collect() {
      this.reset()
      const to = clock.now()
      const figures = await readFigures(db, { from: new Date(to.getTime() - msPerDay), to }, to)
      const known: Record<string, number | null> = {
        reports: figures.days.reduce((sum, { reports }) => sum + reports, 0),
        'first-look-p50': figures.toFirstLook.p50,
        'first-look-p95': figures.toFirstLook.p95,
        'effect-p50': figures.toEffect.p50,
        'effect-p95': figures.toEffect.p95,
        'share-proven': figures.shareProven,
        'share-in-time': figures.shareInTime,
        'share-lifted-after-appeal': figures.shareLiftedAfterAppeal,
      }
      for (const [what, value] of Object.entries(known))
        if (value !== null) this.set({ what }, value)
    },
  })
}
