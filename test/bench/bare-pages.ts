// express and ejs alone: no middleware, rendered as express does it with its views kept. Each page twice: as one flat view, and as
// a view of so many parts that EJS includes by its own means, as a page with a layout and components is written.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { answerParent } from './child.ts'

/** The page with `<%= %>` where the portal's has something of the request. */
export interface BareView {
  readonly path: string
  readonly source: string
  readonly parts: number
}

/** Cut between two elements, so that no tag of EJS is cut. */
function partsOf(source: string, count: number): string[] {
  const lines = source.split('\n')
  const size = Math.ceil(lines.length / count)
  return Array.from(
    { length: count },
    (_, at) => `${lines.slice(at * size, (at + 1) * size).join('\n')}\n`,
  )
}

answerParent<BareView, { readonly port: number }>(async ({ path, source, parts }) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'))
  process.on('exit', () => void rm(folder, { recursive: true, force: true }))
  const app = express()
  app.set('views', folder)
  app.set('view engine', 'ejs')
  app.enable('view cache')
  const includes = partsOf(source, parts).map((part, at) => ({ name: `part-${at}`, part }))
  for (const { name, part } of includes) await writeFile(join(folder, `${name}.ejs`), part)
  await writeFile(join(folder, 'flat.ejs'), source)
  await writeFile(
    join(folder, 'parts.ejs'),
    includes.map(({ name }) => `<%- include('${name}') -%>\n`).join(''),
  )
  const show =
    (view: string): express.RequestHandler =>
    (req, res) =>
      res.render(view, {
        locale: 'en',
        path: req.path,
        token: 'QmFyZS1wYWdlLXRva2VuLW9mLTM2LWJ5dGVz',
      })
  app.get(path, show('flat'))
  app.get(`/parts${path}`, show('parts'))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return { port: (server.address() as AddressInfo).port }
})
