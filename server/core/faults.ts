/** A queue is full. Answering 503 at once keeps the queue short. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  readonly retryAfterSeconds = 2
}

/** The proof is of an earlier epoch, or the account is closed to changes. Leads to sign-in. */
export class StaleProof extends Error {
  override readonly name = 'StaleProof'
  constructor() {
    super('the proof is of an earlier epoch')
  }
}
