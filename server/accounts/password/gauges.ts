import { Gauge, type Registry } from 'prom-client'
import type { AccountsParts } from '../parts.ts'

export function registerGauges(registry: Registry, { hasher }: AccountsParts): void {
  new Gauge({
    name: 'postern_hashes',
    help: 'Password hashes that run or wait',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { running, waiting } = hasher.load()
      this.set({ state: 'running' }, running)
      this.set({ state: 'waiting' }, waiting)
    },
  })
}
