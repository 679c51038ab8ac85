// `npm test`: starts one PostgreSQL and runs the test files by node:test, several in a process.
// Arguments are test files, or go to node:test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startTestServer } from '../database.ts'
import { groupTests } from './test-groups.ts'

const options = process.argv.slice(2).filter((each) => each.startsWith('-'))
const named = process.argv.slice(2).filter((each) => !each.startsWith('-'))
const groups = await groupTests(named.length > 0 ? named : ['test/**/*.test.ts'])

// The cache of `server/boot.js`: a hundred files load the same modules.
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/postern', import.meta.url))

// Tests mostly wait, so more of them run than there are processors.
const atOnce = 2 * availableParallelism()

const server = await startTestServer()
const runner = spawn(
  process.execPath,
  ['--test', '--test-timeout=240000', `--test-concurrency=${atOnce}`, ...options, ...groups.files],
  {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, TEST_SERVER_URL: server.url },
  },
)
// node:test has no time limit for a file. After this signal it names the file that never ended.
const patienceMinutes = 20
const tooLong = setTimeout(() => {
  console.error(`the tests did not end within ${patienceMinutes} minutes`)
  runner.kill('SIGTERM')
}, patienceMinutes * 60_000)
const [code] = (await once(runner, 'exit')) as [number | null]
clearTimeout(tooLong)
await server.stop()
await groups.remove()
process.exitCode = code ?? 1
