import { Gauge, type Registry } from 'prom-client'
import type { DeskPageParts } from '../parts.ts'
import { readUnseenHigh } from './alert-store.ts'

export function registerGauges(registry: Registry, { db, clock }: DeskPageParts): void {
  const registers = [registry]
  new Gauge({
    name: 'postern_abuse_high_unseen',
    help: 'Open cases of high severity that nobody has looked at',
    registers,
    async collect() {
      this.set((await readUnseenHigh(db, clock.now())).count)
    },
  })
  new Gauge({
    name: 'postern_abuse_high_unseen_age_seconds',
    help: 'How long the oldest of them has been of high severity',
    registers,
    async collect() {
      this.set((await readUnseenHigh(db, clock.now())).oldestSeconds)
    },
  })
}
