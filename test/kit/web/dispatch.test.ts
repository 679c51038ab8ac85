import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express, { type Express, Router } from 'express'
import { byFirstSegment, inOrder } from '#server/kit/web/dispatch.ts'

const routers = (): Router[] => [
  Router().get('/', (_req, res) => void res.send('home')),
  Router()
    .get('/account', (_req, res) => void res.send('account'))
    .get('/.well-known/security.txt', (_req, res) => void res.send('security')),
  Router().get('/account/:page', (req, res, next) =>
    req.params.page === 'x' ? next() : res.send(req.params.page),
  ),
  Router().get('/account/x', (_req, res) => void res.send('x of another feature')),
  Router().get('/:any/last', (req, res) => void res.send(`any ${req.params.any}`)),
  Router().use('/inner', (req, res) => void res.send(`inner ${req.url}`)),
]

async function asked<T>(
  app: Express,
  work: (ask: (path: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await work(async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      return `${answer.status} ${answer.ok ? await answer.text() : ''}`
    })
  } finally {
    server.close()
  }
}

test('a page is found under every spelling of its address that Express accepts', async () => {
  const paths = `/ /account /Account /account/ /account?x=1 /account/x /account/y /ACCOUNT/y
    /.well-known/security.txt /me/last /account/last /inner/deep /%61ccount //account /account//x
    /nowhere /nowhere/ /a.b/last /%2e/last /account%2Fx`.split(/\s+/)
  const alone = express().use(...routers())
  const chosen = express().use(byFirstSegment(routers()))
  const [expected, found] = await Promise.all(
    [alone, chosen].map((app) => asked(app, (ask) => Promise.all(paths.map(ask)))),
  )
  assert.deepEqual(found, expected)
  assert.equal(found?.filter((answer) => answer.startsWith('200')).length, 13)
})

test('a fault of a handler, at once or later, reaches the error handler alone', async () => {
  const seen: string[] = []
  const app = express()
  app.use(
    inOrder([
      (_req, _res, next) => void setImmediate(next),
      async (req, _res, next) => {
        if (req.path === '/promised') throw new Error('promised')
        next()
      },
      (req, _res, next) => {
        if (req.path === '/thrown') throw new Error('thrown')
        next()
      },
    ]),
  )
  app.use(
    inOrder([(_req, _res, next) => next(new Error('handed on')), () => void seen.push('never')]),
  )
  app.use(
    ((fault, _req, res, _next) => void res.send(fault.message)) as express.ErrorRequestHandler,
  )
  const answers = await asked(app, (ask) =>
    Promise.all([ask('/promised'), ask('/thrown'), ask('/other')]),
  )
  assert.deepEqual(answers, ['200 promised', '200 thrown', '200 handed on'])
  assert.deepEqual(seen, [])
})
