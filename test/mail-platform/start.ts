// A mail platform for tests: Dovecot and Postfix on free loopback ports, with the configuration of
// production and the mail directory of the test's database.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase, type Db } from '#db/connection.ts'
import { grantMailDirectory } from '#db/mail-directory/install.ts'
import type { MailPlatformConfig, MailPorts } from '#server/mail/mail-platform/dovecot/config.ts'
import { type OutsideWorld, startOutsideWorld } from './outside-world.ts'
import { chosenPorts, configFor, makeFolders, writeConfig } from './private-config.ts'
import { type Daemon, killChildren, makeCertificate, startDaemon } from './programs.ts'

export interface Endpoint {
  readonly host: string
  readonly port: number
  /** True: TLS from the first byte. */
  readonly secure: boolean
  /** The loopback address of the mail program. */
  readonly from?: string
}

export interface TestPlatform {
  readonly imap: Endpoint
  readonly pop3: Endpoint
  readonly submission: Endpoint
  readonly submissions: Endpoint
  readonly smtp: Endpoint
  readonly lmtp: Endpoint
  readonly sieve: Endpoint
  readonly doveadmUrl: string
  readonly apiKey: string
  /** Folder under which each mailbox has its own. */
  readonly mailRoot: string
  /** Letters that left for other domains. */
  readonly outside: OutsideWorld
  /** Tries every waiting letter now. */
  flushQueue(): void
  /** Addresses of the letters that wait in the queue. */
  readQueue(): string[]
  /** The logs of Dovecot and Postfix. */
  readLogs(): string
  stopDovecot(signal?: NodeJS.Signals): Promise<void>
  startDovecot(): Promise<void>
  /** Kills the process that answers the doveadm HTTP interface; Dovecot starts another. */
  killDoveadm(): void
  /** Ends the servers and removes every trace. */
  stop(): Promise<void>
}

export interface TestPlatformOptions {
  /** A migrated database whose user may create roles. */
  readonly databaseUrl: string
  /** `*`: on every address, as in production. */
  readonly listen?: '*'
  readonly authPolicy?: MailPlatformConfig['authPolicy']
  readonly sendingPolicy?: string
  readonly submissionMilter?: string
}

export async function startTestPlatform(options: TestPlatformOptions): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-mail-'))
  await chmod(folder, 0o755)
  const ports = await chosenPorts()
  const outside = await startOutsideWorld()
  const config = configFor(folder, ports, outside.port, options)
  const db = connectDatabase(options.databaseUrl, 1)
  let dovecot: Daemon | undefined
  let postfix: Daemon | undefined
  const stop = async () => {
    await Promise.all([dovecot?.stop(), postfix?.stop(), outside.stop()])
    await dropRoles(db, config)
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await prepare(db, config)
    // If one of them fails, the other one must be stopped too.
    const starts = [startDovecot(folder, ports), startPostfix(folder, ports)] as const
    const [first, second] = await Promise.allSettled(starts)
    if (first.status === 'fulfilled') dovecot = first.value
    if (second.status === 'fulfilled') postfix = second.value
    for (const start of [first, second]) if (start.status === 'rejected') throw start.reason
  } catch (cause) {
    const logs = readLogsIn(folder)
    await stop()
    throw new Error(`the mail platform did not start:\n${logs}`, { cause })
  }

  return {
    ...endpointsOf(ports),
    ...queueOf(folder),
    doveadmUrl: `http://127.0.0.1:${ports.doveadm}`,
    apiKey: config.doveadm.apiKey,
    mailRoot: config.mailRoot,
    outside,
    readLogs: () => readLogsIn(folder),
    stopDovecot: async (signal) => {
      await dovecot?.stop(signal)
      dovecot = undefined
    },
    startDovecot: async () => {
      dovecot = await startDovecot(folder, ports)
    },
    killDoveadm: () => {
      if (dovecot) killChildren(dovecot, 'doveadm-server')
    },
    stop,
  }
}

async function prepare(db: Db, config: MailPlatformConfig): Promise<void> {
  const { dovecot, postfix } = config.directory
  await grantMailDirectory(db, { dovecot, postfix })
  await makeFolders(config)
  makeCertificate(config.tls.keyFile, config.tls.certFile)
  await writeConfig(config)
}

function endpointsOf(ports: MailPorts) {
  const endpoint = (port: number, secure: boolean): Endpoint => ({
    host: '127.0.0.1',
    port,
    secure,
  })
  return {
    imap: endpoint(ports.imaps, true),
    pop3: endpoint(ports.pop3s, true),
    submission: endpoint(ports.submission, false),
    submissions: endpoint(ports.submissions, true),
    smtp: endpoint(ports.smtp, false),
    lmtp: endpoint(ports.lmtp, false),
    sieve: endpoint(ports.sieve, false),
  }
}

function queueOf(folder: string) {
  const config = join(folder, 'postfix')
  const postqueue = (flag: string) =>
    execFileSync('/usr/sbin/postqueue', ['-c', config, flag], { encoding: 'utf8' })
  return {
    flushQueue: () => void postqueue('-f'),
    readQueue: () =>
      [...postqueue('-j').matchAll(/"sender": "([^"]*)"/g)].map(([, sender = '']) => sender),
  }
}

const startDovecot = (folder: string, ports: MailPorts) =>
  startDaemon(
    '/usr/sbin/dovecot',
    ['-F', '-c', join(folder, 'dovecot/dovecot.conf')],
    [ports.imaps, ports.lmtp, ports.sasl, ports.doveadm],
  )

const readLogsIn = (folder: string) =>
  ['dovecot.log', 'postfix.log'].map((name) => readText(join(folder, 'log', name))).join('')

const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

async function startPostfix(folder: string, ports: MailPorts): Promise<Daemon> {
  const config = join(folder, 'postfix')
  // Creates the queue's folders with the owners that Postfix wants.
  execFileSync('/usr/sbin/postfix', ['-c', config, 'check'], { stdio: 'ignore' })
  const master = '/usr/lib/postfix/sbin/master'
  return startDaemon(
    master,
    ['-c', config, '-d'],
    [ports.smtp, ports.submission, ports.submissions],
  )
}

async function dropRoles(db: Db, config: MailPlatformConfig): Promise<void> {
  for (const { role } of [config.directory.dovecot, config.directory.postfix]) {
    const known = await db('pg_roles').where({ rolname: role }).first('rolname')
    if (!known) continue
    await db.raw('drop owned by ??', [role])
    await db.raw('drop role ??', [role])
  }
}
