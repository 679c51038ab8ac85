// The portal as an operator runs it: a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import { startFlags } from './start-flags.ts'

const main = fileURLToPath(new URL('../../server/boot.js', import.meta.url))

export interface PortalProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it wrote, both streams. */
  readonly output: () => string
  /** Sends the signal and waits for the end. Returns the exit code, null where a signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Starts it and waits for its start-up text.
 * @param script another one that begins with the same words
 * @throws Error with what it wrote where it ends instead
 */
export async function startPortalProcess(
  env: Readonly<Record<string, string>>,
  script: string = main,
): Promise<PortalProcess> {
  const port = env.PORT ?? String(await freePort())
  const child = spawn(process.execPath, [...startFlags, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nobody balances between portals here.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: port,
      LOG_LEVEL: 'info',
      DRAIN_SECONDS: '0.05',
      ...env,
    },
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const ready = new Promise<void>((done, fail) => {
    child.stderr.on('data', (chunk) => {
      output += chunk
      if (/Postern (is|worker)/.test(output)) done()
    })
    child.once('exit', (code) => fail(new Error(`the portal ended with ${code}:\n${output}`)))
  })
  await ready
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    output: () => output,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const gone = once(child, 'exit')
      child.kill(signal)
      const [code] = (await gone) as [number | null]
      return code
    },
  }
}
