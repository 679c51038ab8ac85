import type { AppPassword } from './store.ts'

export interface AppPasswordCard
  extends Pick<AppPassword, 'id' | 'name' | 'services' | 'createdAt' | 'lastUsed'> {
  readonly isHeld: boolean
  readonly state: 'held' | 'live' | 'coming'
  readonly stateKind: 'bad' | 'good' | 'wait'
}

export function cardOf(one: AppPassword): AppPasswordCard {
  const { id, name, services, createdAt, lastUsed } = one
  return { id, name, services, createdAt, lastUsed, ...stateOf(one) }
}

function stateOf({ heldAt, live }: AppPassword) {
  if (heldAt !== null) return { isHeld: true, state: 'held', stateKind: 'bad' } as const
  if (live) return { isHeld: false, state: 'live', stateKind: 'good' } as const
  return { isHeld: false, state: 'coming', stateKind: 'wait' } as const
}
