// express and ejs alone: one view, no layout, no middleware, rendered as express does it with its views kept.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { answerParent } from './child.ts'

/** Views by path, with `<%= %>` where the portal's page has something of the request. */
export interface BareViews {
  readonly views: Readonly<Record<string, string>>
}

answerParent<BareViews, { readonly port: number }>(async ({ views }) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'))
  process.on('exit', () => void rm(folder, { recursive: true, force: true }))
  const app = express()
  app.set('views', folder)
  app.set('view engine', 'ejs')
  app.enable('view cache')
  for (const [index, [path, source]] of Object.entries(views).entries()) {
    await writeFile(join(folder, `page-${index}.ejs`), source)
    app.get(path, (req, res) => {
      res.render(`page-${index}`, { locale: 'en', path: req.path, token: 'QmFyZS1wYWdlLXRva2VuLW9mLTM2LWJ5dGVz' })
    })
  }
  const server = app.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return { port: (server.address() as AddressInfo).port }
})
