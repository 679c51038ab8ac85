// The parts that every measurement gets.
import type { Child } from './child.ts'
import type { Tally } from './load.ts'
import type { BenchDatabase, RunningPortal } from './portal.ts'
import type { Load } from './tries.ts'

export interface BenchParts {
  readonly portal: RunningPortal
  readonly database: BenchDatabase
  readonly load: Child<Load, Tally>
  /** Medians are taken over the rounds. */
  readonly rounds: number
  /** The length of one round. */
  readonly seconds: number
  readonly tell: (line: string) => void
}

/** One account for each client. */
export const people = 512
export const loginOf = (number: number | string) => `bench-person-${number}`
export const password = 'gardens under the seventh bridge'
export const domain = 'postern.example'
