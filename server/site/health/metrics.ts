// Prometheus metrics, with a listener that visitors cannot reach.
import { createServer, type Server } from 'node:http'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type BrakeName, brakeNames } from '#server/kit/limits/brakes.ts'
import type { ObservedRequest } from '#server/kit/web/request-log.ts'

export interface Metrics {
  /** Features register their gauges here. */
  readonly registry: Registry
  readonly observeRequest: (request: ObservedRequest) => void
  readonly countBrake: (brake: BrakeName) => void
  listen(host: string, port: number): Server
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'postern_request_seconds',
    help: 'Time to answer, by method, route pattern and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  })
  const brakes = registerBrakes(registry)
  return {
    registry,
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

function registerBrakes(registry: Registry): Counter<'brake'> {
  const brakes = new Counter({
    name: 'postern_brake_total',
    help: 'Refusals by the limits that guard the whole service, by limit',
    labelNames: ['brake'],
    registers: [registry],
  })
  // Prometheus would miss the first increase of a counter that is new.
  for (const brake of brakeNames) brakes.inc({ brake }, 0)
  return brakes
}
