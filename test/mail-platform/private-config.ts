// The configuration of one mail platform for tests, with ports, folders and roles of its own.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type MailPlatformConfig,
  type MailPorts,
  renderMailPlatformConfig,
} from '#server/mail/mail-platform/dovecot/config.ts'
import { userNamesOf } from '#server/mail/mail-platform/dovecot/user-names.ts'
import { wordsForMailServers } from '#server/mail/mail-platform/refusal-words.ts'
import { freePorts } from '#test/support/ports.ts'
import type { TestPlatformOptions } from './start.ts'

// Debian's own owner of mail, so that the tests leave no new user behind.
const mailUser = { name: 'mail', group: 'mail', uid: 8 }

export async function chosenPorts(): Promise<MailPorts> {
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
  const all = [...names, 'quotaStatus', 'doveadm', 'filters'] as const
  const free = await freePorts(all.length)
  return Object.fromEntries(all.map((name, index) => [name, free[index]])) as unknown as MailPorts
}

/** A second domain of the test platform, for names in Cyrillic. */
export const international = { written: 'пошта.бел', ascii: 'xn--80a1acn3a.xn--90ais' }

export function configFor(
  folder: string,
  ports: MailPorts,
  relayPort: number,
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
    deliveryGraceBytes: 10_485_760,
    connectionsPerPerson: 50,
    userNames: userNamesOf(['postern.example', international.ascii]),
    words: wordsForMailServers('https://account.postern.example'),
    relayHost: `[127.0.0.1]:${relayPort}`,
    ...options,
  }
}

const idOf = (flag: '-u' | '-g', name: string) =>
  Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))

export async function makeFolders(config: MailPlatformConfig): Promise<void> {
  const { dovecot, postfix, mailRoot, logFolder = '' } = config
  for (const path of [
    dovecot.baseDir,
    dovecot.stateDir,
    postfix.queueDir,
    postfix.dataDir,
    mailRoot,
    logFolder,
  ]) {
    await mkdir(path, { recursive: true })
  }
  await chown(mailRoot, mailUser.uid, idOf('-g', mailUser.name))
  await chown(postfix.dataDir, idOf('-u', 'postfix'), 0)
}

export async function writeConfig(config: MailPlatformConfig): Promise<void> {
  const postfixGroup = idOf('-g', 'postfix')
  const modes = { root: 0o600, postfix: 0o640, everybody: 0o644 }
  for (const { path, text, readers } of renderMailPlatformConfig(config)) {
    const file = join(config.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { mode: modes[readers] })
    if (readers === 'postfix') await chown(file, 0, postfixGroup)
  }
}
