// Finds the mail servers of the machine and runs them privately.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const needed = [
  '/usr/sbin/dovecot',
  '/usr/lib/dovecot/modules/auth/libdriver_pgsql.so',
  '/usr/sbin/postfix',
  '/usr/bin/openssl',
]

/** Why the mail servers cannot be run here, or `undefined` where they can. */
export function missingForMail(): string | undefined {
  if (process.getuid?.() !== 0) return 'Dovecot and Postfix start only as root'
  const missing = needed.filter((path) => {
    try {
      accessSync(path, constants.R_OK)
      return false
    } catch {
      return true
    }
  })
  return missing.length > 0 ? `${missing.join(', ')} not found` : undefined
}

export async function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect(port, host)
  return new Promise((done) => {
    socket.once('connect', () => done(true)).once('error', () => done(false))
  }).then((answer) => {
    socket.destroy()
    return answer as boolean
  })
}

export interface Daemon {
  readonly pid: number
  /** SIGTERM by default; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const running = new Set<ChildProcess>()
const stopAll = () => {
  for (const child of running) child.kill()
}
// The servers end together with the test run.
process.once('exit', stopAll)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    stopAll()
    process.kill(process.pid, signal)
  })
}

/** Runs a server in the foreground until it listens on every port. */
export async function startDaemon(
  command: string,
  args: readonly string[],
  ports: readonly number[],
): Promise<Daemon> {
  // A group of its own: a kill takes the children along, as a service manager would.
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  // What a test leaves running must not keep it from ending.
  child.unref()
  let words = ''
  child.stderr?.on('data', (chunk) => {
    words += chunk
  })
  const gone = once(child, 'exit')
  running.add(child)
  for (let wait = 0; wait < 1200; wait += 1) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${command} ended at its start: ${words}`)
    if ((await Promise.all(ports.map((port) => listens(port)))).every(Boolean)) break
    if (wait === 1199) {
      child.kill()
      throw new Error(`${command} does not listen: ${words}`)
    }
    await sleep(25)
  }
  return {
    pid: child.pid ?? 0,
    stop: async (signal = 'SIGTERM') => {
      running.delete(child)
      if (signal === 'SIGKILL') process.kill(-(child.pid ?? 0), signal)
      else child.kill(signal)
      await gone
    },
  }
}

export function makeCertificate(keyFile: string, certFile: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    keyFile,
  ]
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '30', ...subject, '-out', certFile], {
    stdio: 'ignore',
  })
}

/** A suite with real mail servers. It warns where it cannot run, and fails there in CI. */
export function describeOnMailServers(name: string, suite: () => void): void {
  const reason = missingForMail()
  if (!reason) describe(name, suite)
  else if (process.env.CI)
    it(name, () => assert.fail(`the mail servers are needed in CI: ${reason}`))
  else console.warn(`\n!!! NOT RUN: ${name}: ${reason}\n`)
}

/** Kills the processes of the server with this name, like a crash. */
export function killChildren(daemon: Daemon, name: string): void {
  const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
  for (const pid of children) {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name)
      process.kill(Number(pid), 'SIGKILL')
  }
}
