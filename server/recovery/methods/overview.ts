import type { Overview, OverviewSection } from '#server/kit/pages/overview.ts'
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

export const secondWaySection: OverviewSection = {
  rank: 50,
  view: 'recovery/methods/overview-second-way',
}

interface ListedMethod {
  readonly id: string
  readonly state: string
  readonly since?: Date | undefined
  readonly masked?: unknown
  readonly doubtful?: unknown
}

export const methodsSection = (methods: readonly ListedMethod[]): OverviewSection => ({
  rank: 110,
  view: 'recovery/methods/overview',
  locals: { methods: methods.map((method) => ({ ...method, tag: showMethodState(method) })) },
})

function adviceOn(described: readonly DescribedMethod[]): OverviewSection[] {
  const warnings = warningsOf(described)
  if (warnings.length > 0) return [warningsSection(warnings)]
  return lacksSecondWay(described) ? [secondWaySection] : []
}

export const methodsOverview = ({ db, clock, methods }: RecoveryParts): Overview => ({
  async readSections(accountId) {
    const described = await methods.describe(db, accountId, clock.now())
    const listed = described.filter(({ state }) => state !== 'closed')
    return [...adviceOn(described), methodsSection(listed)]
  },
})
