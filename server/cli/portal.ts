// `npm run portal -- COMMAND`: the commands of operators.
import { parseArgs } from 'node:util'
import { writeDomains } from '#server/core/identifiers/mail-domain.ts'
import { type Command, done, exit, type Outcome } from '#server/kit/commands/command.ts'
import { readSettings } from '#server/settings.ts'
import { completeSettings } from '../complete-settings.ts'
import { compose, type Portal } from '../compose.ts'
import type { Stoppable } from '../kit/feature.ts'
import { type Environment, processEnvironment, SettingsError } from '../kit/settings/config.ts'
import type { PortalParts } from '../portal-parts.ts'
import { loadCommands } from './commands.ts'

const common = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

type AnyCommand = Command<PortalParts>
type PrintedOutcome = Outcome & { readonly json: boolean }

function usageOf({ words, args = [], options = {}, required = [] }: AnyCommand): string {
  const flags = Object.keys(options).map((name) =>
    required.includes(name) ? `--${name}` : `[--${name}]`,
  )
  return ['portal', ...words, ...args, ...flags].join(' ')
}

function overview(commands: readonly AnyCommand[]): string {
  const lines = commands.map(
    (command) => `  ${usageOf(command).slice('portal '.length)}\n      ${command.summary}`,
  )
  return `Usage: npm run portal -- COMMAND [--json] [--help]\n\n${lines.join('\n')}`
}

const usageError = (text: string): Outcome => ({ status: exit.usage, data: { usage: text }, text })

const findCommand = (commands: readonly AnyCommand[], words: readonly string[]) =>
  commands
    .filter((command) => command.words.every((word, index) => words[index] === word))
    .sort((left, right) => right.words.length - left.words.length)[0]

export async function runCommand(
  argv: readonly string[],
  env = processEnvironment(),
): Promise<PrintedOutcome> {
  const json = argv.includes('--json')
  const commands = await loadCommands()
  const words = argv.filter((each) => !each.startsWith('-'))
  const command = findCommand(commands, words)
  if (command) return { ...(await runFound(command, argv, env)), json }
  const text = overview(commands)
  const asked = argv.includes('--help') || argv.includes('-h')
  return { ...(asked ? done({}, text) : usageError(text)), json }
}

async function runFound(
  command: AnyCommand,
  argv: readonly string[],
  env: Environment,
): Promise<Outcome> {
  const started: Stoppable[] = []
  try {
    return await runParsed(command, argv, env, started)
  } catch (fault) {
    if (fault instanceof SettingsError)
      return { status: exit.settings, data: { faults: fault.faults }, text: fault.message }
    if ((fault as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))
      return usageError(`${(fault as Error).message}\nUsage: ${usageOf(command)}`)
    throw fault
  } finally {
    for (const part of started.reverse()) await part.stop()
  }
}

async function runParsed(
  command: AnyCommand,
  argv: readonly string[],
  env: Environment,
  started: Stoppable[],
): Promise<Outcome> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { ...common, ...command.options },
    allowPositionals: true,
    strict: true,
  })
  if (values.help) return done({}, helpOf(command))
  const args = positionals.slice(command.words.length)
  if (args.length !== (command.args?.length ?? 0)) return usageError(`Usage: ${usageOf(command)}`)
  const needsNothing = command.words[0] === 'config'
  const settings = await completeSettings(
    readSettings(env),
    needsNothing ? [] : started,
    'borrowed',
  )
  let portal: Promise<Portal> | undefined
  const open = async () => {
    portal ??= compose({ ...settings, logLevel: 'silent' })
    void portal.then((made) => started.push({ stop: made.close }))
    return (await portal).parts
  }
  const outcome = await command.run({ settings, parts: open, options: values, args })
  return { ...outcome, text: writeDomains(outcome.text, settings.mailDomains) }
}

const helpOf = (command: AnyCommand): string =>
  [`Usage: ${usageOf(command)}`, '', command.summary, command.help]
    .filter((line) => line !== undefined)
    .join('\n')

async function main(): Promise<void> {
  const outcome = await runCommand(process.argv.slice(2))
  const text = outcome.json ? JSON.stringify(outcome.data, null, 2) : outcome.text
  const misused = outcome.status === exit.usage || outcome.status === exit.settings
  const stream = misused ? process.stderr : process.stdout
  stream.write(`${text}\n`, () => process.exit(outcome.status))
}

if (import.meta.main) void main()
