// What a command of `npm run portal` is, and how its outcome is told.
import type { ParseArgsOptionsConfig } from 'node:util'
import type { CompleteSettings, Portal } from '../compose.ts'

/** Exit statuses: what a script may rely on. */
export const exit = {
  done: 0,
  /** The command ran and found something wrong: a drifted mailbox, a broken chain. */
  found: 1,
  usage: 2,
  /** The account or thing that was named is not there, or is already as asked. */
  refused: 3,
  /** sysexits EX_CONFIG. */
  settings: 78,
} as const

export interface Outcome {
  readonly status: (typeof exit)[keyof typeof exit]
  /** For `--json`. */
  readonly data: object
  /** For people, without the last line break. */
  readonly text: string
}

export interface CommandContext {
  readonly settings: CompleteSettings
  /** Composed when first asked for: `config` and `migrate` work without. */
  portal(): Promise<Portal>
  readonly options: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
}

export interface Command {
  /** The words after `portal`. */
  readonly words: readonly string[]
  /** Names of what must follow. */
  readonly args?: readonly string[]
  readonly options?: ParseArgsOptionsConfig
  /** Those of the options that it does not work without. */
  readonly needed?: readonly string[]
  readonly summary: string
  /** Further lines of `--help`. */
  readonly help?: string
  run(context: CommandContext): Promise<Outcome>
}

export const done = (data: object, text: string): Outcome => ({ status: exit.done, data, text })
export const refused = (reason: string, text: string): Outcome => ({
  status: exit.refused,
  data: { refused: reason },
  text,
})

/** Rows with aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)),
    [],
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
