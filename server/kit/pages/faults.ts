// What a handler throws to leave with a page of its own; everything else is a surprise and becomes 500.

/** The request is not one that our forms send: broken text, a list where one value belongs. Answered with 400. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest'
}

/** The page or the thing it names is not there, or not theirs. Answered with 404. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** Too many tries. Answered with 429 and a page that says when. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  readonly retryAfterSeconds: number
  /** Where the page leads on, where that is not the page of the form: a path of ours. */
  readonly href: string | undefined
  constructor(retryAfterSeconds: number, href?: string) {
    super('limit reached')
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds))
    this.href = href
  }
}

/** More than is taken. Answered with 413, and the connection is closed. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** A right that the account does not have. Answered with 403. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** The page or the deed is not among their roles' rights, or is about their own mailbox. Answered with 403 and a page that says so. */
export class RightMissing extends Forbidden {}

/** A form that was made in another session, for another account or for nobody. Answered with 403 and a page that says so. */
export class OtherSession extends Forbidden {}
