import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { connectDatabase } from '#db/connection.ts'
import { grantMailDirectory, installMailDirectory } from '#db/mail-directory/install.ts'
import { type Command, done, refused, table } from '#server/kit/commands/command.ts'
import { variableOf } from '#server/kit/settings/setting-row.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { renderMailPlatformConfig } from './dovecot/config.ts'
import {
  directoryRolesOf,
  hasWhatConfigNeeds,
  mailPlatformConfigOf,
  neededForConfig,
} from './dovecot/config-of-settings.ts'

const missing = refused(
  'settings',
  `These settings are needed: ${neededForConfig.map(variableOf).join(', ')}.`,
)
const modes = { root: 0o600, postfix: 0o640, everybody: 0o644 }

const config: Command<MailParts> = {
  words: ['mail-platform', 'config'],
  options: { out: { type: 'string' } },
  summary: 'Writes the configuration of Dovecot 2.3 and Postfix 3.7 that reads the mail directory.',
  help:
    '--out names the folder. Run as root on the mail host, ' +
    'or give files marked postfix to that group by hand.',
  async run({ settings, options }) {
    if (!hasWhatConfigNeeds(settings)) return missing
    if (!options.out) return refused('out', 'Name the folder: --out DIR.')
    const folder = resolve(String(options.out))
    const files = renderMailPlatformConfig(mailPlatformConfigOf(settings))
    for (const { path, text, readers } of files) {
      const file = join(folder, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text, { mode: modes[readers] })
      // writeFile sets the mode of new files only.
      await chmod(file, modes[readers])
    }
    const written = files.map(({ path, readers }) => ({ path, readers }))
    const rows = [['FILE', 'READ BY'], ...written.map(({ path, readers }) => [path, readers])]
    return done(
      { folder, files: written },
      `${table(rows)}\nWritten to ${folder}; docs/operating.md says how to go on.`,
    )
  },
}

const directory: Command<MailParts> = {
  words: ['mail-platform', 'directory'],
  summary:
    'Installs the mail directory where MAIL_DIRECTORY_URL points and lets Dovecot and Postfix in.',
  help:
    'Needs a database user who may create roles. ' +
    'Run again after a change of the roles’ passwords.',
  async run({ settings }) {
    if (!hasWhatConfigNeeds(settings)) return missing
    const db = connectDatabase(settings.mailDirectoryUrl ?? settings.databaseUrl, 1)
    try {
      // Migrations install it in the portal's own database.
      const installed = settings.mailDirectoryUrl ? await installMailDirectory(db) : []
      const roles = directoryRolesOf(settings)
      await grantMailDirectory(db, roles)
      const names = [roles.dovecot.role, roles.postfix.role]
      return done(
        { installed, roles: names },
        `${installed.length} steps installed; ${names.join(' and ')} may read.`,
      )
    } finally {
      await db.destroy()
    }
  },
}

export const commands: readonly Command<MailParts>[] = [config, directory]
