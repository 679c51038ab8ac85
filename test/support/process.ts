// Runs the portal as a separate process, as an operator does.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import { startFlags } from './run/start-flags.ts'

const main = fileURLToPath(new URL('../../server/boot.js', import.meta.url))

export interface PortalProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Its output, both streams. */
  readonly output: () => string
  /** Waits for the end. Returns the exit code, or null if a signal ended the process. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Waits for the start-up text.
 * @param script must begin with the same start-up text
 * @throws Error with the output if the process ends instead
 */
export async function startPortalProcess(
  env: Readonly<Record<string, string>>,
  script: string = main,
): Promise<PortalProcess> {
  const port = env.PORT ?? String(await freePort())
  const child = spawn(process.execPath, [...startFlags, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // No load balancer needs time to notice the end.
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
