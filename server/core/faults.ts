// Faults that several wings throw and the error page knows.

/** The line is full: answer 503 with Retry-After at once, so that those who wait are served in time. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  readonly retryAfterSeconds = 2
}

/** The proof is of an earlier epoch, or the account takes no changes. The web leads to sign-in. */
export class StaleProof extends Error {
  override readonly name = 'StaleProof'
  constructor() {
    super('the proof is of an earlier epoch')
  }
}
