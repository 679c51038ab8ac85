// The pages rendered by express and ejs alone, without middleware: once as one flat view,
// and once from as many included parts as the portal's page has.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { answerParent } from './child.ts'

/** The page with `<%= %>` in place of the values that depend on the request. */
export interface BareView {
  readonly path: string
  readonly source: string
  readonly parts: number
}

/** Cuts between elements, so that no EJS tag is broken. */
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
