// Prometheus metrics. Their own listener keeps them away from visitors.
import { createServer, type Server } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import type { Clock } from '#server/core/clock.ts'
import { registerDeskGauges } from '#server/desk/figures/gauges.ts'
import { type BrakeName, brakeNames } from '#server/kit/messages/catalogue.ts'
import type { ObservedRequest } from '#server/kit/web/request-log.ts'

export interface Metrics {
  readonly observeRequest: (request: ObservedRequest) => void
  readonly countBrake: (brake: BrakeName) => void
  listen(host: string, port: number): Server
}

interface MetricsParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly clock: Clock
}

export function createMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry()
  registerDeskGauges(registry, parts)
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'postern_request_seconds',
    help: 'Time to answer, by method, route pattern and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  })
  registerHashes(registry, parts.hasher)
  registerMailboxes(registry, parts.db)
  registerMessages(registry, parts.db)
  registerJobs(registry, parts.db)
  const brakes = registerBrakes(registry)
  return {
    countBrake: (brake) => brakes.inc({ brake }),
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status }, seconds),
    listen: (host, port) =>
      createServer(async (_req, res) => {
        try {
          const text = await registry.metrics()
          res.setHeader('Content-Type', registry.contentType).end(text)
        } catch {
          res.writeHead(503).end()
        }
      }).listen(port, host),
  }
}

function registerHashes(registry: Registry, hasher: PasswordHasher): void {
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

function registerMailboxes(registry: Registry, db: Db): void {
  new Gauge({
    name: 'postern_mailboxes',
    help: 'Mailboxes whose wanted state the platform has not, by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { rows } = await db.raw<{ rows: { pending: number; operator: number }[] }>(
        `select count(*) filter (where needs_operator_at is null)::int as pending,
           count(needs_operator_at)::int as operator
         from mailboxes where applied_revision < revision`,
      )
      this.set({ state: 'pending' }, rows[0]?.pending ?? 0)
      this.set({ state: 'needs-operator' }, rows[0]?.operator ?? 0)
    },
  })
}

function registerMessages(registry: Registry, db: Db): void {
  new Gauge({
    name: 'postern_messages',
    help:
      'Mails and SMS on their way, and those settled within the last hour, ' +
      'by channel and state',
    labelNames: ['channel', 'state'],
    registers: [registry],
    async collect() {
      this.reset()
      const { rows } = await db.raw<{
        rows: { channel: string; state: string; messages: number }[]
      }>(
        `select channel, state, count(*)::int as messages from messages
         where settled_at is null or settled_at > now() - interval '1 hour' group by 1, 2`,
      )
      for (const { channel, state, messages } of rows) this.set({ channel, state }, messages)
    },
  })
}

function registerJobs(registry: Registry, db: Db): void {
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

function registerBrakes(registry: Registry): Counter<'brake'> {
  const brakes = new Counter({
    name: 'postern_brake_total',
    help: 'Refusals by the limits that guard the whole service, by limit',
    labelNames: ['brake'],
    registers: [registry],
  })
  // Prometheus sees no first increase of a counter that did not exist before.
  for (const brake of brakeNames) brakes.inc({ brake }, 0)
  return brakes
}
