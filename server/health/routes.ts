import { Router } from 'express'
import type { Db } from '#db/connection.ts'
import { pendingMigrations } from '#db/migrate.ts'
import { readAnAccount } from '../accounts/store.ts'

/** Before sessions and tokens: a probe has neither. Details are for the log, not for strangers. */
export function healthRoutes(db: Db, isDraining: () => boolean): Router {
  let migrated = false
  const isReady = async () => {
    if (isDraining()) return false
    // Once all migrations are in, only the connection can be missing.
    migrated ||= (await pendingMigrations(db)).length === 0
    // A database that answers is of no use where the accounts are locked, or not ours to read.
    await readAnAccount(db)
    return migrated
  }
  return Router()
    .get('/livez', (_req, res) => void res.type('text').send('ok'))
    .get('/readyz', async (_req, res) => {
      const ready = await isReady().catch(() => false)
      res.status(ready ? 200 : 503).type('text')
      if (!ready) res.setHeader('Retry-After', '5')
      res.send(ready ? 'ok' : 'not ready')
    })
}
