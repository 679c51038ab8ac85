// A private mail platform for tests: Dovecot and Postfix on free loopback ports, configured by the same templates as in production,
// reading the mail directory of the test's database.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connectDatabase, type Db } from '#db/connection.ts'
import { grantMailDirectory } from '#db/mail-directory/install.ts'
import {
  type MailPlatformConfig,
  type MailPorts,
  renderMailPlatformConfig,
} from '#server/mail-platform/dovecot/config.ts'
import { type OutsideWorld, startOutsideWorld } from './outside-world.ts'
import { type Daemon, freePorts, killChildren, makeCertificate, startDaemon } from './programs.ts'

export interface Door {
  readonly host: string
  readonly port: number
  /** True: TLS from the first byte. */
  readonly secure: boolean
}

export interface TestPlatform {
  readonly imap: Door
  readonly pop3: Door
  readonly submission: Door
  readonly submissions: Door
  readonly smtp: Door
  readonly lmtp: Door
  readonly sieve: Door
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
  /** What Dovecot and Postfix wrote to their logs. */
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
  readonly authPolicy?: MailPlatformConfig['authPolicy']
  readonly sendingPolicy?: string
  readonly submissionMilter?: string
}

// Debian's own owner of mail, so that the tests leave no new user behind.
const mailUser = { name: 'mail', group: 'mail', uid: 8 }

export async function startTestPlatform(options: TestPlatformOptions): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-mail-'))
  await chmod(folder, 0o755)
  const ports = await chosenPorts()
  const outside = await startOutsideWorld()
  const config = configFor(folder, ports, outside, options)
  const db = connectDatabase(options.databaseUrl, 1)
  const startDovecot = () =>
    startDaemon(
      '/usr/sbin/dovecot',
      ['-F', '-c', join(folder, 'dovecot/dovecot.conf')],
      [ports.imaps, ports.lmtp, ports.sasl, ports.doveadm],
    )
  let dovecot: Daemon | undefined
  let postfix: Daemon | undefined
  const stop = async () => {
    await Promise.all([dovecot?.stop(), postfix?.stop(), outside.stop()])
    await dropRoles(db, config)
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await grantMailDirectory(db, { dovecot: config.directory.dovecot, postfix: config.directory.postfix })
    await makeFolders(config)
    makeCertificate(config.tls.keyFile, config.tls.certFile)
    await writeConfig(config)
    ;[dovecot, postfix] = await Promise.all([startDovecot(), startPostfix(folder, ports)])
  } catch (error) {
    await stop()
    throw error
  }

  const postqueue = (flag: string) =>
    execFileSync('/usr/sbin/postqueue', ['-c', join(folder, 'postfix'), flag], { encoding: 'utf8' })
  const door = (port: number, secure: boolean): Door => ({ host: '127.0.0.1', port, secure })
  return {
    imap: door(ports.imaps, true),
    pop3: door(ports.pop3s, true),
    submission: door(ports.submission, false),
    submissions: door(ports.submissions, true),
    smtp: door(ports.smtp, false),
    lmtp: door(ports.lmtp, false),
    sieve: door(ports.sieve, false),
    doveadmUrl: `http://127.0.0.1:${ports.doveadm}`,
    apiKey: config.doveadm.apiKey,
    mailRoot: config.mailRoot,
    outside,
    flushQueue: () => void postqueue('-f'),
    readQueue: () => [...postqueue('-j').matchAll(/"sender": "([^"]*)"/g)].map(([, sender = '']) => sender),
    readLogs: () => ['dovecot.log', 'postfix.log'].map((name) => readText(join(folder, 'log', name))).join(''),
    stopDovecot: async (signal) => {
      await dovecot?.stop(signal)
      dovecot = undefined
    },
    startDovecot: async () => {
      dovecot = await startDovecot()
    },
    killDoveadm: () => {
      if (dovecot) killChildren(dovecot, 'doveadm-server')
    },
    stop,
  }
}

const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

async function chosenPorts(): Promise<MailPorts> {
  const names = [
    'imap',
    'imaps',
    'pop3',
    'pop3s',
    'sieve',
    'smtp',
    'submission',
    'submissions',
    'lmtp',
    'sasl',
  ] as const
  const all = [...names, 'quotaStatus', 'doveadm'] as const
  const free = await freePorts(all.length)
  return Object.fromEntries(all.map((name, index) => [name, free[index]])) as unknown as MailPorts
}

function configFor(
  folder: string,
  ports: MailPorts,
  outside: OutsideWorld,
  options: TestPlatformOptions,
): MailPlatformConfig {
  const database = new URL(options.databaseUrl)
  // Roles belong to the whole server, which other tests share.
  const suffix = randomBytes(4).toString('hex')
  const secret = () => randomBytes(16).toString('hex')
  return {
    folder,
    hostname: 'mail.postern.example',
    listen: '127.0.0.1',
    internalAddress: '127.0.0.1',
    ports,
    tls: { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
    directory: {
      host: database.hostname,
      port: Number(database.port || 5432),
      database: database.pathname.slice(1),
      dovecot: { role: `dovecot_${suffix}`, password: secret() },
      postfix: { role: `postfix_${suffix}`, password: secret() },
    },
    mailUser,
    mailRoot: join(folder, 'mail'),
    doveadm: { apiKey: secret() },
    dovecot: { baseDir: join(folder, 'run'), stateDir: join(folder, 'state') },
    postfix: { queueDir: join(folder, 'queue'), dataDir: join(folder, 'data') },
    logFolder: join(folder, 'log'),
    messageSizeBytes: 26_214_400,
    connectionsPerPerson: 50,
    failureDelaySeconds: 0,
    failurePenalty: false,
    relayHost: `[127.0.0.1]:${outside.port}`,
    ...options,
  }
}

const idOf = (flag: '-u' | '-g', name: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))

async function makeFolders(config: MailPlatformConfig): Promise<void> {
  const { dovecot, postfix, mailRoot, logFolder = '' } = config
  for (const path of [dovecot.baseDir, dovecot.stateDir, postfix.queueDir, postfix.dataDir, mailRoot, logFolder]) {
    await mkdir(path, { recursive: true })
  }
  await chown(mailRoot, mailUser.uid, idOf('-g', mailUser.name))
  await chown(postfix.dataDir, idOf('-u', 'postfix'), 0)
}

async function writeConfig(config: MailPlatformConfig): Promise<void> {
  const postfixGroup = idOf('-g', 'postfix')
  const modes = { root: 0o600, postfix: 0o640, everybody: 0o644 }
  for (const { path, text, readers } of renderMailPlatformConfig(config)) {
    const file = join(config.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { mode: modes[readers] })
    if (readers === 'postfix') await chown(file, 0, postfixGroup)
  }
}

async function startPostfix(folder: string, ports: MailPorts): Promise<Daemon> {
  const config = join(folder, 'postfix')
  // Creates the queue's folders with the owners that Postfix wants.
  execFileSync('/usr/sbin/postfix', ['-c', config, 'check'], { stdio: 'ignore' })
  const master = '/usr/lib/postfix/sbin/master'
  return startDaemon(master, ['-c', config, '-d'], [ports.smtp, ports.submission, ports.submissions])
}

async function dropRoles(db: Db, config: MailPlatformConfig): Promise<void> {
  for (const { role } of [config.directory.dovecot, config.directory.postfix]) {
    const known = await db('pg_roles').where({ rolname: role }).first('rolname')
    if (!known) continue
    await db.raw('drop owned by ??', [role])
    await db.raw('drop role ??', [role])
  }
}
