// Keeps an older call from undoing a newer one of this process.
// For platforms without conditional writes.

/** What this process last wrote: the platform may still show an older state. */
export interface Seen {
  readonly revision: number
  readonly removed: boolean
}

export interface RevisionOrder {
  /** Runs calls for one account one after the other. */
  inTurn<T>(accountId: string, work: () => Promise<T>): Promise<T>
  /** Keeps the newest state only. */
  note(accountId: string, seen: Seen): void
  /** @returns the known revision if `wanted` is older, or equal and removed */
  newerThan(accountId: string, wanted: number, known?: Seen): number | undefined
}

/** @param remembered how many accounts stay in memory */
export function createRevisionOrder(remembered = 2000): RevisionOrder {
  const lines = new Map<string, Promise<unknown>>()
  const seen = new Map<string, Seen>()

  return {
    async inTurn(accountId, work) {
      const before = lines.get(accountId)
      const turn = before ? before.then(work, work) : work()
      lines.set(accountId, turn)
      try {
        return await turn
      } finally {
        if (lines.get(accountId) === turn) lines.delete(accountId)
      }
    },
    note(accountId, state) {
      const known = seen.get(accountId)
      seen.delete(accountId)
      seen.set(accountId, known && known.revision > state.revision ? known : state)
      const oldest = seen.keys().next().value
      if (seen.size > remembered && oldest !== undefined) seen.delete(oldest)
    },
    newerThan(accountId, wanted, known) {
      const states = [known, seen.get(accountId)].filter((each) => each !== undefined)
      const late = states.filter(
        ({ revision, removed }) => wanted < revision || (wanted === revision && removed),
      )
      return late.length > 0 ? Math.max(...late.map((each) => each.revision)) : undefined
    },
  }
}
