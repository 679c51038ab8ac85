// What a handler throws to get a page with its status. Every other fault becomes 500.

/** 400: broken text, or a list instead of one value. Our forms never send these. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest'
}

/** 404: it does not exist, or it belongs to somebody else. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** 429 */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
  /** Its texts are `limit.<word>.title` and `.what`. */
  readonly limit: string
  readonly retryAfterSeconds: number
  /** Where the person can go on, if not on the page of the form. */
  readonly href: string | undefined
  /** What its text says of it, such as `count`. */
  readonly params: Readonly<Record<string, number>>
  constructor(limit: string, retryAfterSeconds: number, href?: string, params = {}) {
    super('limit reached')
    this.params = params
    this.limit = limit
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds))
    this.href = href
  }
}

/** 413. The connection is closed. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** 403 */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** 403: staff lack the right, or the case is about their own mailbox. */
export class RightMissing extends Forbidden {}

/** 403: the form was made in another session. */
export class OtherSession extends Forbidden {}
