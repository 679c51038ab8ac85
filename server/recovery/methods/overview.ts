import type { Overview, OverviewSection, OverviewTile } from '#server/kit/pages/overview.ts'
import type { DescribedMethod } from '../flow/recovery-method.ts'
import type { RecoveryParts } from '../parts.ts'
import { lacksSecondWay, warningsOf } from './methods.ts'

const tagKinds: Readonly<Record<string, string>> = { set: 'good', pending: 'wait' }

export interface MethodTag {
  /** A name under `methods.state`. */
  readonly text: string
  readonly kind: string | undefined
}

export function showMethodState(method: { state: string; doubtful?: unknown }): MethodTag {
  if (method.doubtful) return { text: 'doubtful', kind: 'bad' }
  return { text: method.state, kind: tagKinds[method.state] }
}

/** The text of the button below the warnings, a name under `account.warnings`. */
export const warningAction = ([gravest]: readonly string[]): string =>
  gravest === 'no-methods' || gravest === 'only-question' ? 'action' : 'check'

export const warningsSection = (warnings: readonly string[]): OverviewSection => ({
  rank: 50,
  view: 'recovery/methods/overview-warnings',
  locals: { warnings, action: warningAction(warnings) },
})

interface ListedMethod {
  readonly id: string
  readonly state: string
  readonly since?: Date | undefined
  readonly masked?: unknown
  readonly doubtful?: unknown
}

export function methodsSection(
  methods: readonly ListedMethod[],
  state: OverviewTile['state'],
): OverviewSection {
  const listed = methods.map((method) => ({ ...method, tag: showMethodState(method) }))
  return {
    rank: 110,
    view: 'recovery/methods/overview',
    locals: { methods: listed, state },
    tile: { state, name: 'layout.menu.recovery-methods' },
  }
}

function stateOf(described: readonly DescribedMethod[]): OverviewTile['state'] {
  if (warningsOf(described).length > 0) return 'bad'
  return lacksSecondWay(described) ? 'wait' : 'good'
}

function adviceOn(described: readonly DescribedMethod[]): OverviewSection[] {
  const warnings = warningsOf(described)
  return warnings.length > 0 ? [warningsSection(warnings)] : []
}

export const methodsOverview = ({ db, clock, methods }: RecoveryParts): Overview => ({
  async readSections(accountId) {
    const described = await methods.describe(db, accountId, clock.now())
    const listed = described.filter(({ state }) => state !== 'closed')
    return [...adviceOn(described), methodsSection(listed, stateOf(described))]
  },
})
