// Order within this process for platforms that know no conditional write: read, compare and write must not interleave.

/** What this process last saw of an account's mailbox; hosted platforms show an older state for a while after a write. */
export interface Seen {
  readonly revision: number
  readonly removed: boolean
}

export interface RevisionGuard {
  /** Runs the works of one account one after another; those of different accounts run side by side. */
  inTurn<T>(accountId: string, work: () => Promise<T>): Promise<T>
  /** Keeps the newest state only. */
  note(accountId: string, seen: Seen): void
  /** The newest revision known, where `wanted` is older than it, or where the mailbox was removed at it. */
  newerThan(accountId: string, wanted: number, held?: Seen): number | undefined
}

/** @param remembered accounts kept in memory, the longest untouched go first */
export function createRevisionGuard(remembered = 2000): RevisionGuard {
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
      const held = seen.get(accountId)
      seen.delete(accountId)
      seen.set(accountId, held && held.revision > state.revision ? held : state)
      const oldest = seen.keys().next().value
      if (seen.size > remembered && oldest !== undefined) seen.delete(oldest)
    },
    newerThan(accountId, wanted, held) {
      const states = [held, seen.get(accountId)].filter((each) => each !== undefined)
      const late = states.filter(
        ({ revision, removed }) => wanted < revision || (wanted === revision && removed),
      )
      return late.length > 0 ? Math.max(...late.map((each) => each.revision)) : undefined
    },
  }
}
