// `npm test`: one PostgreSQL for the run, then every test file by node:test, neighbours in one process. Arguments are handed on;
// files may be named.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startTestServer } from './database.ts'
import { groupTests } from './test-groups.ts'

const options = process.argv.slice(2).filter((each) => each.startsWith('-'))
const named = process.argv.slice(2).filter((each) => !each.startsWith('-'))
const groups = await groupTests(named.length > 0 ? named : ['test/**/*.test.ts'])

// Where `server/boot.js` keeps it too: a hundred files load the same modules.
const compiled = fileURLToPath(new URL('../../node_modules/.cache/postern', import.meta.url))

// Much of the time a test waits: for a browser, a mail server, a limit that ends.
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
// A file that never ends has no limit of its own in node:test. At the signal the runner says which it was.
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
