import { Gauge, type Registry } from 'prom-client'
import type { WebParts } from '#server/kit/web/parts.ts'

export function registerGauges(registry: Registry, { db }: WebParts): void {
  new Gauge({
    name: 'postern_jobs',
    help: 'Jobs in the queue, by task',
    labelNames: ['task'],
    registers: [registry],
    async collect() {
      this.reset()
      const { rows } = await db.raw<{ rows: { task: string; jobs: number }[] }>(
        `select task_identifier as task, count(*)::int as jobs
         from graphile_worker.jobs group by 1`,
      )
      for (const { task, jobs } of rows) this.set({ task }, jobs)
    },
  })
}
