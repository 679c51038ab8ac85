// What features bring to the security check, /account/check.

/** What an owner should do next. The first of this list that is open stands on top. */
export const steps = [
  'no-way-back',
  'doubt',
  'held',
  'still-yours',
  'weak-way-back',
  'second-way',
  'devices',
  'refused-programs',
  'unused',
] as const

export interface NextStep {
  readonly step: (typeof steps)[number]
  /** Keys of texts. */
  readonly text: string
  readonly action: string
  readonly href: string
  /** True if the feature warns of it on the overview. */
  readonly isOnOverview?: true
}

export interface CheckLine {
  /** Key of a text; `{on}` stands for `at`. */
  readonly text: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly at?: Date
}

export interface CheckItem {
  /** Lower ranks stand higher. */
  readonly rank: number
  readonly icon: string
  /** Keys of texts. */
  readonly name: string
  readonly action: string
  readonly href: string
  readonly state: 'good' | 'wait' | 'bad' | 'none'
  readonly masked?: string
  readonly lines: readonly CheckLine[]
  /** The contact that its owner may be asked about. */
  readonly contact?: string
  readonly next?: NextStep
}

export interface SecurityCheck {
  readItems(accountId: string): Promise<readonly CheckItem[]>
}
