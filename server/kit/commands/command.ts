import type { ParseArgsOptionsConfig } from 'node:util'

export const exit = {
  done: 0,
  /** The command found something wrong, such as a drifted mailbox. */
  found: 1,
  usage: 2,
  /** What it names is missing or as wanted already, or it may not run here. */
  refused: 3,
  /** The settings have faults. The number is EX_CONFIG of sysexits. */
  settings: 78,
} as const

export interface Outcome {
  readonly status: (typeof exit)[keyof typeof exit]
  readonly data: object
  readonly text: string
}

/** What the kit must know of the parts that `compose.ts` makes. */
export interface PartsWithSettings {
  readonly settings: object
}

/** Settings that development fills in where they are absent. */
export interface CompletedSettings {
  readonly databaseUrl: string
  readonly secretKeys: readonly string[]
}

export interface CommandContext<Parts extends PartsWithSettings> {
  readonly settings: Parts['settings'] & CompletedSettings
  /** The first call composes the parts. A command such as `config` never calls it. */
  parts(): Promise<Parts>
  readonly options: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
}

export interface Command<Parts extends PartsWithSettings> {
  readonly words: readonly string[]
  readonly args?: readonly string[]
  readonly options?: ParseArgsOptionsConfig
  readonly required?: readonly string[]
  readonly summary: string
  readonly help?: string
  run(context: CommandContext<Parts>): Promise<Outcome>
}

export const done = (data: object, text: string): Outcome => ({ status: exit.done, data, text })
export const refused = (reason: string, text: string): Outcome => ({
  status: exit.refused,
  data: { refused: reason },
  text,
})

export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
