import { createHash } from 'node:crypto'
import type { DirectoryRoles } from '#db/mail-directory/install.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import type { MailProgramSettings } from '../../mail-programs/settings.ts'
import type { MailboxSettings } from '../../mailboxes/settings.ts'
import type { MailHostSettings } from '../mail-host-settings.ts'
import { wordsForMailServers } from '../refusal-words.ts'
import type { MailPlatformSettings } from '../settings.ts'
import { type MailPlatformConfig, standardPorts } from './config.ts'
import { userNamesOf } from './user-names.ts'

const megabyte = 1_048_576

export const neededForConfig = [
  'dovecotDirectoryPassword',
  'postfixDirectoryPassword',
  'doveadmApiKey',
] as const

type Settings = KitSettings &
  MailPlatformSettings &
  MailHostSettings &
  MailboxSettings &
  MailProgramSettings

type Given = Settings & { readonly databaseUrl: string } & {
  readonly [K in (typeof neededForConfig)[number]]: string
}

export const hasWhatConfigNeeds = (
  settings: Settings & { databaseUrl: string },
): settings is Given => neededForConfig.every((name) => settings[name])

export const directoryRolesOf = (settings: Given): DirectoryRoles => ({
  dovecot: { role: 'postern_dovecot', password: settings.dovecotDirectoryPassword },
  postfix: { role: 'postern_postfix', password: settings.postfixDirectoryPassword },
})

export function mailPlatformConfigOf(settings: Given): MailPlatformConfig {
  const database = new URL(settings.mailDirectoryUrl ?? settings.databaseUrl)
  const { signInReportUrl, signInReportToken, sendingPolicyAddress, submissionMilterAddress } =
    settings
  const doveadmPort = settings.doveadmUrl && Number(new URL(settings.doveadmUrl).port)
  return {
    folder: settings.mailHostFolder,
    hostname: settings.mailServerMx ?? `mx.${settings.mailDomains[0]}`,
    listen: '*',
    internalAddress: settings.mailHostInternalAddress,
    ports: { ...standardPorts, ...(doveadmPort ? { doveadm: doveadmPort } : {}) },
    tls: { certFile: settings.mailHostCertificate, keyFile: settings.mailHostKey },
    directory: {
      ...directoryRolesOf(settings),
      host: database.hostname,
      port: Number(database.port || 5432),
      database: database.pathname.slice(1),
    },
    mailUser: {
      name: settings.mailHostUser,
      group: settings.mailHostUser,
      uid: settings.mailHostUserId,
    },
    mailRoot: settings.mailHostRoot,
    doveadm: { apiKey: settings.doveadmApiKey },
    dovecot: { baseDir: '/run/dovecot', stateDir: '/var/lib/dovecot' },
    postfix: { queueDir: '/var/spool/postfix', dataDir: '/var/lib/postfix' },
    messageSizeBytes: 25 * megabyte,
    deliveryGraceBytes: 10 * megabyte,
    connectionsPerPerson: 20,
    userNames: userNamesOf(settings.mailDomains),
    words: wordsForMailServers(settings.baseUrl),
    ...(signInReportUrl && signInReportToken
      ? { authPolicy: authPolicyOf(signInReportUrl, signInReportToken) }
      : {}),
    ...(sendingPolicyAddress ? { sendingPolicy: sendingPolicyAddress } : {}),
    ...(submissionMilterAddress ? { submissionMilter: submissionMilterAddress } : {}),
  }
}

// Dovecot mixes the nonce into its short hash of each password.
// Made from the token, it stays the same in the next run.
function authPolicyOf(url: string, token: string) {
  const digest = createHash('sha256').update(`sign-in reports: ${token}`).digest('hex')
  return { url, token, nonce: digest.slice(0, 32) }
}
