export interface State {
  readonly way: 'receiving' | 'sending'
  /** Text: `client-sign-ins.state.<text>`. */
  readonly text: 'works' | 'refused' | 'untried-receiving' | 'untried-sending'
  readonly at?: Date
}

interface SignIn {
  readonly service: string
  readonly isGood: boolean
  readonly at: Date
}

/** @param signIns newest first */
export function statesOf(signIns: readonly SignIn[]): State[] {
  if (signIns.length === 0) return []
  return ways.map((way) => {
    const sends = way === 'sending'
    const newest = signIns.find(({ service }) => (service === 'smtp') === sends)
    if (!newest) return { way, text: `untried-${way}` }
    return {
      way,
      text: newest.isGood ? 'works' : 'refused',
      at: newest.at,
    }
  })
}

const ways = ['receiving', 'sending'] as const
