import { accountCommands } from './account.ts'
import type { Command } from './command.ts'
import { configCommand } from './config.ts'
import { dnsCommand } from './dns.ts'
import { doctorCommand } from './doctor.ts'
import { mailPlatformCommands } from './mail-platform.ts'
import { mailboxCommands } from './mailboxes.ts'
import { migrateCommand } from './migrate.ts'
import { rekeyCommand } from './rekey.ts'
import { seedCommand } from './seed.ts'
import { staffCommands } from './staff.ts'

export const commands: readonly Command[] = [
  configCommand,
  migrateCommand,
  doctorCommand,
  dnsCommand,
  ...accountCommands,
  ...staffCommands,
  ...mailboxCommands,
  ...mailPlatformCommands,
  rekeyCommand,
  seedCommand,
]
