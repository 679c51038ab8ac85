import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { hanna, register } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'

test('metrics have their own listener and name routes, never addresses', async () => {
  const portal = await startTestPortal({ env: { METRICS_PORT: '0' } })
  const server = portal.metrics?.listen('127.0.0.1', 0)
  assert.ok(server)
  await once(server, 'listening')
  await register(portal, hanna)
  await portal.visitor().get('/recover/link/abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk')
  const text = await (
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  ).text()
  assert.match(
    text,
    /postern_request_seconds_count\{method="POST",route="\/register",status="303"\} 1/,
  )
  assert.match(text, /postern_jobs|postern_mailboxes/)
  assert.doesNotMatch(text, /abcdefghijklm|hanna/)
  assert.equal((await portal.visitor().get('/metrics')).status, 404)
  server.close()
  await portal.stop()
})

test('livez answers while the process runs, readyz only while it can serve', async () => {
  const portal = await startTestPortal({ worker: false })
  const visitor = portal.visitor()
  assert.deepEqual(
    [(await visitor.get('/livez')).status, (await visitor.get('/readyz')).html],
    [200, 'ok'],
  )
  portal.drain()
  const draining = await visitor.get('/readyz')
  assert.deepEqual([draining.status, draining.html], [503, 'not ready'])
  assert.equal((await visitor.get('/livez')).status, 200)
  await portal.stop()
})
