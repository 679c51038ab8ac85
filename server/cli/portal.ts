// `npm run portal -- COMMAND`: what operators do from a shell.
import { parseArgs } from 'node:util'
import { completeSettings, type Stoppable } from '../complete-settings.ts'
import { compose, type Portal } from '../compose.ts'
import { processEnvironment, readSettings, SettingsError } from '../kit/settings/config.ts'
import { type Command, exit, type Outcome } from './command.ts'
import { commands } from './commands.ts'

const common = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

const usageOf = (command: Command) =>
  [
    'portal',
    ...command.words,
    ...(command.args ?? []),
    ...Object.keys(command.options ?? {}).map((name) =>
      command.needed?.includes(name) ? `--${name}` : `[--${name}]`,
    ),
  ].join(' ')

function overview(): string {
  const lines = commands.map(
    (command) => `  ${usageOf(command).slice('portal '.length)}\n      ${command.summary}`,
  )
  return `Usage: npm run portal -- COMMAND [--json] [--help]\n\n${lines.join('\n')}`
}

const findCommand = (words: readonly string[]) =>
  commands
    .filter((command) => command.words.every((word, index) => words[index] === word))
    .sort((left, right) => right.words.length - left.words.length)[0]

/** Runs one command. Returns what to print and the exit status. */
export async function runCommand(
  argv: readonly string[],
  env = processEnvironment(),
): Promise<Outcome & { json: boolean }> {
  const json = argv.includes('--json')
  const usage = (text: string): Outcome & { json: boolean } => ({
    status: exit.usage,
    data: { usage: text },
    text,
    json,
  })
  const command = findCommand(argv.filter((each) => !each.startsWith('-')))
  if (!command) {
    const asked = argv.includes('--help') || argv.includes('-h')
    return asked ? { status: exit.done, data: {}, text: overview(), json } : usage(overview())
  }
  const started: Stoppable[] = []
  try {
    const parsed = parseArgs({
      args: [...argv],
      options: { ...common, ...command.options },
      allowPositionals: true,
      strict: true,
    })
    if (parsed.values.help) {
      const text = [`Usage: ${usageOf(command)}`, '', command.summary, command.help]
        .filter((line) => line !== undefined)
        .join('\n')
      return { status: exit.done, data: {}, text, json }
    }
    const args = parsed.positionals.slice(command.words.length)
    if (args.length !== (command.args?.length ?? 0)) return usage(`Usage: ${usageOf(command)}`)
    const settings = await completeSettings(
      readSettings(env),
      command.words[0] === 'config' ? [] : started,
      'borrowed',
    )
    let portal: Promise<Portal> | undefined
    const open = () => {
      portal ??= compose({ ...settings, logLevel: 'silent' })
      void portal.then((made) => started.push({ stop: made.close }))
      return portal
    }
    return {
      ...(await command.run({ settings, portal: open, options: parsed.values, args })),
      json,
    }
  } catch (fault) {
    if (fault instanceof SettingsError)
      return { status: exit.settings, data: { faults: fault.faults }, text: fault.message, json }
    if ((fault as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
      return usage(`${(fault as Error).message}\nUsage: ${usageOf(command)}`)
    }
    throw fault
  } finally {
    for (const part of started.reverse()) await part.stop()
  }
}

async function main(): Promise<void> {
  const outcome = await runCommand(process.argv.slice(2))
  const text = outcome.json ? JSON.stringify(outcome.data, null, 2) : outcome.text
  const stream =
    outcome.status === exit.usage || outcome.status === exit.settings
      ? process.stderr
      : process.stdout
  stream.write(`${text}\n`, () => process.exit(outcome.status))
}

if (import.meta.main) void main()
