// Every command: those of the features, and those that belong to none.
import type { AccountFeature } from '../accounts/feature.ts'
import { features } from '../features.ts'
import type { Command } from '../kit/commands/command.ts'
import type { PortalParts } from '../portal-parts.ts'
import { configCommand } from './config.ts'
import { doctorCommand } from './doctor.ts'
import { migrateCommand } from './migrate.ts'
import { byPlaceIn } from './place-in.ts'
import { rekeyCommand } from './rekey.ts'
import { seedCommand } from './seed.ts'

const all: readonly AccountFeature<PortalParts>[] = features
const own = [configCommand, migrateCommand, doctorCommand, rekeyCommand, seedCommand]

/** First words of commands, in the order of the help. Others follow. */
export const firstWords = [
  'config',
  'migrate',
  'doctor',
  'dns',
  'account',
  'staff',
  'mailboxes',
  'mail-platform',
  'rekey',
  'seed',
]

export async function loadCommands(): Promise<readonly Command<PortalParts>[]> {
  const loaded = await Promise.all(all.map(async ({ commands }) => (await commands?.())?.commands))
  const found = loaded.flatMap((commands) => commands ?? [])
  return [...own, ...found].toSorted(byPlaceIn(firstWords, ({ words }) => words[0]))
}
