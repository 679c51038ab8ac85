/** A queue is full. An answer of 503 at once keeps the waits of the queued requests short. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  readonly retryAfterSeconds = 2
}

/** A proof has an earlier epoch, or its account is closed to changes. The person must sign in. */
export class StaleProof extends Error {
  override readonly name = 'StaleProof'
  constructor() {
    super('the proof is of an earlier epoch')
  }
}
