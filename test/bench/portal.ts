// A portal started by `npm start`, with its own database.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EmbeddedPostgres, ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { freePort } from '#test/support/ports.ts'
import { startFlags } from '#test/support/run/start-flags.ts'
import { openConnection } from './connection.ts'

export interface BenchDatabase {
  readonly url: string
  /** The server's first process. */
  readonly pid: number
  stop(): Promise<void>
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'))
  // PostgreSQL may run as another user than the owner of the folder.
  await chmod(folder, 0o711)
  return folder
}

export async function startDatabase(): Promise<BenchDatabase> {
  const folder = await makeFolder()
  const server: EmbeddedPostgres = await startEmbeddedPostgres(folder)
  const [pid] = (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  return {
    url: await ensureDatabase(server, 'bench'),
    pid: Number(pid),
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface RunningPortal {
  readonly pid: number
  readonly port: number
  /** Milliseconds from the start of the process to the end of its first page. */
  readonly startMs: number
  stop(): Promise<void>
}

async function untilFirstPage(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const connection = await openConnection(port).catch(() => undefined)
    if (!connection) {
      await sleep(2)
      continue
    }
    const { status } = await connection.send(
      `GET /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
    )
    connection.close()
    if (status === 200) return
  }
  throw new Error('the portal did not start')
}

/**
 * @param env DATABASE_URL for a running server, DATA_DIR for an embedded one
 * @param folder of another portal
 */
export async function startPortal(
  env: Readonly<Record<string, string>>,
  folder?: string,
): Promise<RunningPortal> {
  const port = await freePort()
  const begun = performance.now()
  const child = spawn(process.execPath, [...startFlags, 'server/boot.js'], {
    cwd: folder ?? new URL('../..', import.meta.url),
    env: { ...process.env, ...benchEnv, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const words: string[] = []
  child.stderr?.on('data', (chunk) => words.push(String(chunk)))
  await untilFirstPage(port, child).catch((fault) => {
    throw new Error(`${fault.message}:\n${words.join('')}`)
  })
  return {
    pid: child.pid ?? 0,
    port,
    startMs: performance.now() - begun,
    async stop() {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Raises the limits that a load from one address would reach. */
const benchEnv = {
  SECRET_KEYS: 'bench-key-0123456789abcdefghijklmnopqrstuv',
  LIMIT_REGISTRATIONS_PER_IP_HOUR: '100000000',
  LIMIT_SIGN_IN_FAILURES: '100000000',
  LIMIT_RECOVERIES_PER_IP_HOUR: '100000000',
}
