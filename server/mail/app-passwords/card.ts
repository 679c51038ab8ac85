import type { AppPassword } from './store.ts'

/** An app password as the pages show it. */
export interface AppPasswordCard
  extends Pick<AppPassword, 'id' | 'name' | 'services' | 'createdAt' | 'lastUsed'> {
  readonly isHeld: boolean
  /** A name under `app-passwords.state`. */
  readonly state: 'held' | 'live' | 'coming'
  /** Of the tag that shows the state. */
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
