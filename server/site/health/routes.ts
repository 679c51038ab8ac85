import { Router } from 'express'
import type { Db } from '#db/connection.ts'
import { createReadiness } from './readiness-store.ts'

/** Mount it before sessions and form tokens, which probes do not have. */
export function healthRoutes(db: Db, isDraining: () => boolean): Router {
  const isReady = createReadiness(db)
  return Router()
    .get('/livez', (_req, res) => void res.type('text').send('ok'))
    .get('/readyz', async (_req, res) => {
      const ready = !isDraining() && (await isReady())
      res.status(ready ? 200 : 503).type('text')
      if (!ready) res.setHeader('Retry-After', '5')
      res.send(ready ? 'ok' : 'not ready')
    })
}
