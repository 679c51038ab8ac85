import { type Command, done } from '#server/kit/commands/command.ts'
import { type AnyRow, variableOf } from '#server/kit/settings/setting-row.ts'
import { rows } from '#server/settings.ts'
import type { PortalParts } from '../portal-parts.ts'

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

function writeValue(value: unknown): string {
  if (value === undefined) return ''
  if (value === true) return 'on'
  if (value === false) return 'off'
  return Array.isArray(value) ? value.join(',') : String(value)
}

const introduction =
  'Environment variables, parsed once at the start; every fault is listed in one message. ' +
  'A secret may also be read from a file:\n' +
  '`NAME_FILE` in place of `NAME`. Written by `npm run portal -- config --markdown`.'

/** The text of `docs/configuration.md`. */
export function configurationPage(): string {
  const lines = describeSettings().map((each) => {
    const notes = [each.meaning]
    if (each.requiredInProduction) notes.push('**Required in production.**')
    if (each.secret) notes.push('Secret.')
    const standard = each.default === null ? '' : `\`${each.default}\``
    const cells = [notes.join(' '), each.takes].map((cell) => cell.replaceAll('|', '\\|'))
    return `| \`${each.variable}\` | ${cells.join(' | ')} | ${standard} |`
  })
  return `# Settings

${introduction}

| variable | meaning | takes | default |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}

export const configCommand: Command<PortalParts> = {
  words: ['config'],
  options: { markdown: { type: 'boolean' } },
  summary: 'Prints every setting with its value and meaning. Secrets are never printed.',
  help: '--markdown writes docs/configuration.md.',
  async run({ settings, options }) {
    if (options.markdown) return done({}, configurationPage().trimEnd())
    const values = settings as unknown as Record<string, unknown>
    const keys = Object.keys(rows)
    const described = describeSettings().map((each, index) => {
      const value = values[keys[index] ?? '']
      const hidden = value === undefined ? '' : '(set)'
      return { ...each, value: each.secret ? hidden : writeValue(value) }
    })
    const lines = described.map(
      ({ variable, value, meaning, takes }) => `${variable}=${value}\n    ${meaning} (${takes})`,
    )
    return done({ settings: described }, lines.join('\n'))
  },
}
