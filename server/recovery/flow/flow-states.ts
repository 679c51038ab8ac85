// The states of a recovery as one table; docs/recovery-flow.md draws it, and a test compares the two.

export type FlowState = 'begun' | 'asked' | 'proven' | 'held' | 'done'

/** What moves a flow. Nothing else does. */
export type FlowStep = 'challenge' | 'prove' | 'set-password' | 'hold-password'

/** How a flow comes into being, and in which state. */
export const beginnings = {
  /** A name was typed, whether anybody has it or not. */
  'type-login': 'begun',
  /** The link of a reset mail was opened. It is not used up by that. */
  'open-link': 'proven',
  /** A link "this was not me" was used. */
  undo: 'proven',
} as const satisfies Record<string, FlowState>

export const edges = {
  begun: { challenge: 'asked', prove: 'proven' },
  // Known and unknown names alike: "asked" says nothing about whether anything was sent.
  asked: { challenge: 'asked', prove: 'proven' },
  proven: { 'set-password': 'done', 'hold-password': 'held' },
  held: {},
  done: {},
} as const satisfies Record<FlowState, Partial<Record<FlowStep, FlowState>>>

export const flowStates = Object.keys(edges) as FlowState[]

/** States that the step leads out of. */
export const statesBefore = (step: FlowStep): FlowState[] =>
  flowStates.filter((state) => step in edges[state])

/** Where the step leads; every step leads to one state, wherever it begins. */
export function stateAfter(step: FlowStep): FlowState {
  for (const state of flowStates) {
    const next = (edges[state] as Partial<Record<FlowStep, FlowState>>)[step]
    if (next) return next
  }
  throw new Error(`no edge ${step}`)
}
