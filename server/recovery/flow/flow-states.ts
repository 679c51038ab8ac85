// The states of a flow, as one table. A test compares it with the drawing in docs/recovery-flow.md.

export type FlowState = 'begun' | 'asked' | 'proven' | 'held' | 'done'

export type FlowStep = 'challenge' | 'prove' | 'set-password' | 'hold-password'

export const beginnings = {
  'type-login': 'begun',
  'open-link': 'proven',
  undo: 'proven',
} as const satisfies Record<string, FlowState>

export const edges = {
  begun: { challenge: 'asked', prove: 'proven' },
  asked: { challenge: 'asked', prove: 'proven' },
  proven: { 'set-password': 'done', 'hold-password': 'held' },
  held: {},
  done: {},
} as const satisfies Record<FlowState, Partial<Record<FlowStep, FlowState>>>

export const flowStates = Object.keys(edges) as FlowState[]

export const statesBefore = (step: FlowStep): FlowState[] =>
  flowStates.filter((state) => step in edges[state])

/** Every step leads to one state, whichever state it begins in. */
export function stateAfter(step: FlowStep): FlowState {
  for (const state of flowStates) {
    const next = (edges[state] as Partial<Record<FlowStep, FlowState>>)[step]
    if (next) return next
  }
  throw new Error(`no edge ${step}`)
}
