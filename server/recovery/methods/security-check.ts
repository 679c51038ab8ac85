import type {
  CheckItem,
  CheckLine,
  NextStep,
  SecurityCheck,
} from '#server/kit/pages/owner/security-check.ts'
import type { DescribedMethod } from '../flow/recovery-method.ts'
import type { RecoveryParts } from '../parts.ts'
import { lacksSecondWay, warningsOf } from './methods.ts'
import { showMethodState, warningAction } from './overview.ts'

const methodsPath = '/account/recovery'

const stepOf: Readonly<Record<string, NextStep['step']>> = {
  'no-methods': 'no-way-back',
  doubtful: 'doubt',
}

function nextOf(described: readonly DescribedMethod[]): NextStep | undefined {
  const warnings = warningsOf(described)
  const [gravest] = warnings
  if (gravest)
    return {
      href: methodsPath,
      isOnOverview: true,
      step: stepOf[gravest] ?? 'weak-way-back',
      text: `account.warnings.${gravest}`,
      action: `account.warnings.${warningAction(warnings)}`,
    }
  if (!lacksSecondWay(described)) return undefined
  const text = 'account.next.second-way'
  return { href: methodsPath, step: 'second-way', text, action: 'account.warnings.action' }
}

function waysItem(described: readonly DescribedMethod[]): CheckItem {
  const count = described.filter(({ state, shut }) => state === 'set' && !shut).length
  const next = nextOf(described)
  const isGrave = warningsOf(described).length > 0
  const worst = isGrave ? 'bad' : 'wait'
  return {
    rank: 20,
    icon: 'recover',
    name: 'recovery-methods.title',
    action: 'account.methods.manage',
    href: methodsPath,
    state: next ? worst : 'good',
    lines: [{ text: 'check.ways.count', params: { count } }],
    ...(next ? { next } : {}),
  }
}

function linesOf({ since, provenAt, detail, state }: DescribedMethod): CheckLine[] {
  const lines: CheckLine[] = []
  if (state === 'set' && since) lines.push({ text: 'check.ways.since', at: since })
  if (state === 'set' && provenAt && (!since || provenAt > since))
    lines.push({ text: 'check.ways.proven', at: provenAt })
  const params = detail?.params as CheckLine['params']
  if (detail) lines.push({ text: detail.text, ...(params ? { params } : {}) })
  return lines
}

const states = { good: 'good', wait: 'wait', bad: 'bad' } as const

function methodItem(method: DescribedMethod, nth: number): CheckItem {
  const { id, href, masked, state } = method
  const { kind, text } = showMethodState(method)
  const lines = linesOf(method)
  const isSet = state === 'set'
  return {
    rank: 21 + nth,
    icon: id,
    name: `methods.${id}.name`,
    action: isSet ? 'recovery-methods.change' : 'methods.add',
    href,
    state: states[kind as keyof typeof states] ?? 'none',
    ...(masked ? { masked } : {}),
    lines: isSet ? lines : [{ text: `methods.state.${text}` }, ...lines],
    contact: id,
  }
}

/** One item for all ways back, and one for each. */
export const methodsCheck = ({ db, clock, methods }: RecoveryParts): SecurityCheck => ({
  async readItems(accountId) {
    const described = await methods.describe(db, accountId, clock.now())
    const offered = described.filter(({ state }) => state !== 'closed' && state !== 'removed')
    return [waysItem(described), ...offered.map(methodItem)]
  },
})
