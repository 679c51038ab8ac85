import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import { systemClock } from '#server/core/clock.ts'
import { type ErrorParts, errorHandler } from '#server/kit/pages/errors/errors.ts'

test('a fault after the head of an answer is logged once and cuts the answer off', async (t) => {
  const printed = t.mock.method(console, 'error', () => {})
  const logged: unknown[] = []
  const log = { error: (about: unknown) => logged.push(about) } as unknown as ErrorParts['log']
  const pages = {
    show: () => assert.fail('no page comes after the head'),
  } as unknown as ErrorParts['pages']
  const app = express()
  app.get('/cut', (_req, res) => {
    res.set('Content-Length', '10').write('half')
    throw new Error('a value of the database')
  })
  app.get('/whole', (_req, res, next) => {
    res.end('whole')
    next(new Error('too late to matter'))
  })
  app.use(
    errorHandler({
      pages,
      log,
      pageOf: () => '/',
      clock: systemClock,
      settings: { defaultLocale: 'en' },
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  await assert.rejects(fetch(`${url}/cut`).then((answer) => answer.text()))
  assert.equal(await (await fetch(`${url}/whole`)).text(), 'whole')
  assert.equal(logged.length, 2)
  assert.equal(printed.mock.callCount(), 0)
})
