import type { Row } from '../kit/settings/setting-row.ts'
import { rows, variableOf } from '../kit/settings/settings.ts'
import { type Command, done } from './command.ts'

type AnyRow = Row<unknown, string | undefined>

export interface DescribedSetting {
  readonly variable: string
  readonly meaning: string
  readonly takes: string
  readonly default: string | null
  readonly secret: boolean
  readonly requiredInProduction: boolean
  readonly value?: string
}

export const describeSettings = (): DescribedSetting[] =>
  (Object.entries(rows) as [string, AnyRow][]).map(([key, row]) => ({
    variable: variableOf(key),
    meaning: row.meaning,
    takes: row.kind.takes,
    default: row.fallback ?? null,
    secret: row.secret === true,
    requiredInProduction: row.production === 'required',
  }))

const shown = (value: unknown): string =>
  value === undefined
    ? ''
    : Array.isArray(value)
      ? value.join(',')
      : typeof value === 'boolean'
        ? value
          ? 'on'
          : 'off'
        : String(value)

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const lines = describeSettings().map((each) => {
    const notes = [
      each.meaning,
      each.requiredInProduction ? '**Required in production.**' : '',
      each.secret ? 'Secret.' : '',
    ]
    return `| \`${each.variable}\` | ${cell(notes.filter(Boolean).join(' '))} | ${cell(each.takes)} | ${each.default === null ? '' : `\`${each.default}\``} |`
  })
  return `# Settings

Environment variables, parsed once at the start; every fault is listed in one message. A secret may also be read from a file:
\`NAME_FILE\` in place of \`NAME\`. Written by \`npm run portal -- config --markdown\`.

| variable | meaning | takes | default |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}

export const configCommand: Command = {
  words: ['config'],
  options: { markdown: { type: 'boolean' } },
  summary: 'Prints every setting with its value and meaning. Secrets are never printed.',
  help: '--markdown writes docs/configuration.md.',
  async run({ settings, options }) {
    if (options.markdown) return done({}, configurationPage().trimEnd())
    const values = settings as unknown as Record<string, unknown>
    const keys = Object.keys(rows)
    const all = describeSettings().map((each, index) => {
      const value = values[keys[index] ?? '']
      return { ...each, value: each.secret ? (value === undefined ? '' : '(set)') : shown(value) }
    })
    return done(
      { settings: all },
      all
        .map((each) => `${each.variable}=${each.value}\n    ${each.meaning} (${each.takes})`)
        .join('\n'),
    )
  },
}
