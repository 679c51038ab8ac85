import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createLog } from '#server/kit/log/log.ts'
import { createBunches } from '#server/kit/log/log-lines.ts'

const request = { id: 'r1', method: 'GET', route: '/recover/link/:token', status: 200, ms: 3 }

function keptBunches() {
  const bunches: string[] = []
  return { bunches, lines: createBunches({ write: (bunch) => void bunches.push(bunch) }, 20) }
}

test('log lines are written in bunches, and none waits for long', async () => {
  const { bunches, lines } = keptBunches()
  const log = createLog('info', lines)
  log.request(request)
  log.info('started')
  assert.equal(bunches.length, 0)
  await sleep(60)
  assert.equal(bunches.length, 1)
  assert.equal(bunches[0]?.trim().split('\n').length, 2)
})

test('a warning is written at once, with the lines before it', () => {
  const { bunches, lines } = keptBunches()
  const log = createLog('info', lines)
  log.request(request)
  log.warn('away')
  assert.deepEqual(
    bunches
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
    ['request', 'away'],
  )
  log.request(request)
  assert.equal(bunches.length, 1, 'the line after it waits again')
})

test('the log line of a request has the form of every other line', () => {
  const written: string[] = []
  const log = createLog('info', { write: (line) => void written.push(line) })
  log.request(request)
  log.info({ ...request }, 'request')
  const [byHand, byPino] = written.map((line) => JSON.parse(line))
  assert.deepEqual({ ...byHand, time: '' }, { ...byPino, time: '' })
  assert.deepEqual(Object.keys(byHand), Object.keys(byPino))
  assert.ok(Math.abs(Date.parse(byHand.time) - Date.parse(byPino.time)) < 1000)
})

test('a log level above info writes no requests', () => {
  const written: string[] = []
  createLog('warn', { write: (line) => void written.push(line) }).request(request)
  assert.deepEqual(written, [])
})

test('a process writes its last log lines even if it ends by a fault', async () => {
  const script = `
    import { createLog } from '#server/kit/log/log.ts'
    createLog('info').info('last words')
    throw new Error('the end')`
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: new URL('../../..', import.meta.url),
  })
  const { stdout } = await run.catch((fault) => fault)
  assert.equal(JSON.parse(stdout).msg, 'last words')
})
