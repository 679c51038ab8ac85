// How long visitors may take to ask, and how the listener closes: real sockets, shorter times.
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenForVisitors, usualTimes, type WebTimes } from '#server/kit/web/web-server.ts'
import { converse } from '#test/support/raw-http.ts'

const short: WebTimes = { headersMs: 400, requestMs: 900, checkMs: 50, askMs: 300, answerMs: 800 }

/** Reads the body to its end, then answers; `/slow` after a while. */
const app: RequestListener = async (req, res) => {
  try {
    for await (const _ of req);
  } catch {
    return
  }
  if (req.url === '/slow') await sleep(500)
  if (req.url === '/never') return
  res.end('answered')
}

const endless = {
  headersMs: 60_000,
  requestMs: 60_000,
  checkMs: 50,
  askMs: 60_000,
  answerMs: 60_000,
}

async function start(t: TestContext, times: WebTimes = short) {
  const listener = await listenForVisitors(app, { host: '127.0.0.1', port: 0 }, times)
  let stopped: Promise<void> | undefined
  const stop = (announceMs = 0) => {
    stopped ??= listener.stop(announceMs)
    return stopped
  }
  t.after(() => stop())
  return { port: listener.port, stop }
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n'

test('headers have ten seconds, whole requests thirty, and both are checked every second', () => {
  const { headersMs, requestMs, checkMs } = usualTimes
  assert.deepEqual([headersMs, requestMs, checkMs], [10_000, 30_000, 1000])
})

test('a request whose head comes too late is answered with 408', async (t) => {
  const { port } = await start(t)
  for (const said of ['', 'GE', get, `${get}X-Slow: `]) {
    const answer = await converse(port, said ? [said] : [])
    assert.equal(answer.status, 408, JSON.stringify(said))
    assert.match(answer.text, /^Cache-Control: no-store\r$/m)
    assert.ok(answer.ms > 300 && answer.ms < 2000, `after ${answer.ms} ms`)
  }
})

test('endless headers keep no connection open', async (t) => {
  const { port } = await start(t)
  const begun = performance.now()
  await new Promise<void>((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(get))
    const drip = setInterval(() => socket.write('X-Drip: x\r\n'), 40)
    socket.on('error', () => {})
    socket.on('data', () => {})
    socket.on('close', () => {
      clearInterval(drip)
      done()
    })
  })
  assert.ok(performance.now() - begun < 2000)
})

test('a body that arrives too slowly is answered with 408', async (t) => {
  const { port } = await start(t)
  const answer = await converse(port, [
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
  ])
  assert.equal(answer.status, 408)
  assert.ok(answer.ms > 700 && answer.ms < 2500, `after ${answer.ms} ms`)
})

test('a request that arrives in time is answered, however long the answer takes', async (t) => {
  const { port } = await start(t)
  const answer = await converse(port, [
    'GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ])
  assert.match(answer.text, /^HTTP\/1\.1 200 [\s\S]*answered/)
})

test('bytes that are no request are refused once, with a Cache-Control', async (t) => {
  const { port } = await start(t)
  for (const [said, status] of [
    ['\x16\x03\x01\x02\x00\x01\x00', 400],
    ['GET / HTTP/9.9\r\n\r\n', 400],
    [`${get}X-Long: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ] as const) {
    const answer = await converse(port, [said])
    assert.equal(answer.status, status)
    assert.match(answer.text, /^Cache-Control: no-store\r$/m)
  }
})

test('a request with an unknown Expect is refused once, with a Cache-Control', async (t) => {
  const { port } = await start(t)
  const body = 'Content-Length: 5\r\n\r\nabcde'
  for (const rest of ['\r\n', body, `\r\n${get}\r\n`]) {
    for (const expected of ['200-ok', '']) {
      const answer = await converse(port, [`${get}Expect: ${expected}\r\n${rest}`])
      assert.deepEqual(
        [answer.status, answer.text.split('HTTP/1.1').length],
        [417, 2],
        `${expected} ${rest}`,
      )
      assert.match(answer.text, /^Cache-Control: no-store\r$/m)
    }
  }
  const asked = await converse(port, [`${get}Connection: close\r\nExpect: 100-continue\r\n${body}`])
  assert.match(asked.text, /^HTTP\/1\.1 100 [\s\S]*^HTTP\/1\.1 200 [\s\S]*answered/m)
})

test('a silent connection, or half a head, does not delay a stop', async (t) => {
  const { port, stop } = await start(t, endless)
  const held = [
    converse(port, []),
    converse(port, ['GE']),
    converse(port, [get]),
    converse(port, [`${get}\r\n`]),
  ]
  await sleep(200)
  const begun = performance.now()
  await stop()
  assert.ok(performance.now() - begun < 1000)
  assert.deepEqual(
    (await Promise.all(held)).map(({ status }) => status),
    [0, 0, 0, 200],
  )
})

test('a body that arrives slowly does not delay a stop for long', async (t) => {
  const { port, stop } = await start(t, { ...endless, askMs: 300 })
  const half = converse(port, ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'])
  const again = converse(port, [`${get}\r\n`, get])
  await sleep(100)
  const begun = performance.now()
  await stop()
  const took = performance.now() - begun
  assert.ok(took > 200 && took < 1500, `after ${took} ms`)
  assert.deepEqual([(await half).status, (await again).status], [0, 200])
})

test('a stop waits for answers under way, but not for ever', async (t) => {
  const { port, stop } = await start(t)
  const slow = converse(port, ['GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'])
  const never = converse(port, ['GET /never HTTP/1.1\r\nHost: x\r\n\r\n'])
  await sleep(100)
  const begun = performance.now()
  await stop()
  const took = performance.now() - begun
  assert.equal((await slow).status, 200)
  assert.equal((await never).status, 0)
  assert.ok(took > 600 && took < 2500, `after ${took} ms`)
})

test('while a stop is announced visitors are served, and keep no connection', async (t) => {
  const { port, stop } = await start(t)
  const end = stop(700)
  await sleep(100)
  const answer = await converse(port, [`${get}\r\n`])
  assert.equal(answer.status, 200)
  assert.match(answer.text, /^Connection: close\r$/m)
  assert.ok(answer.ms < 500)
  await end
  assert.equal((await converse(port, [`${get}\r\n`])).status, 0, 'the listener is closed')
})
