// What features bring to the owner's page, /account. The page itself names none of them.
import type { ViewLocals } from './view-engine.ts'

export interface OverviewSection {
  /** Its place from the top. Up to 99 stands what asks something of the owner. */
  readonly rank: number
  readonly view: string
  readonly locals?: ViewLocals
}

/** A line under “more”. */
export interface OverviewLink {
  readonly rank: number
  readonly href: string
  /** Key of its text. */
  readonly text: string
}

export interface Overview {
  /** What was done on the way to this page: the text `account.flash.<name>`. */
  readonly flashes?: readonly string[]
  readonly links?: readonly OverviewLink[]
  /** Links that depend on the account. */
  readonly findLinks?: (accountId: string) => Promise<readonly OverviewLink[]>
  readonly readSections?: (accountId: string) => Promise<readonly OverviewSection[]>
}

export interface OverviewSample {
  readonly flash?: string
  readonly links?: readonly OverviewLink[]
  readonly sections?: readonly OverviewSection[]
}

/** By the state of the page. `otherwise` is shown in every state that the feature does not name. */
export type OverviewSamples = Readonly<Record<string, OverviewSample>>
