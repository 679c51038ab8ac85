// What features bring to the owner's page, /account. The page itself names no feature.
import type { ViewLocals } from './view-engine.ts'

export interface OverviewSection {
  /** Lower ranks stand higher. Ranks up to 99 are for what the owner should do something about. */
  readonly rank: number
  readonly view: string
  readonly locals?: ViewLocals
  /** Makes the section a tile. The banner counts the tiles. */
  readonly tile?: OverviewTile
}

export interface OverviewTile {
  readonly state: 'good' | 'wait' | 'bad'
  /** Key of the text that names it. */
  readonly name: string
}

/** A line under “more”. */
export interface OverviewLink {
  readonly rank: number
  readonly href: string
  /** Key of the link's text. */
  readonly text: string
}

export interface Overview {
  /** Where the banner leads. */
  readonly statusLink?: OverviewLink
  /** Names of flashes that the page shows. Their texts are `account.flash.<name>`. */
  readonly flashes?: readonly string[]
  readonly links?: readonly OverviewLink[]
  /** Links that depend on the account. */
  readonly findLinks?: (accountId: string) => Promise<readonly OverviewLink[]>
  readonly readSections?: (accountId: string) => Promise<readonly OverviewSection[]>
}

export interface OverviewSample {
  readonly statusLink?: OverviewLink
  readonly flash?: string
  readonly links?: readonly OverviewLink[]
  readonly sections?: readonly OverviewSection[]
}

/** By the state of the page's sample. `otherwise` stands for all states that are not named. */
export type OverviewSamples = Readonly<Record<string, OverviewSample>>
