// Pages that are the same for all but for the token of their form: rendered once in each language, because rendering them and
// encoding their letters anew would be half the cost of a form page.
import type { Response } from 'express'

export interface KeptPages {
  /**
   * Ends the answer with the page of this name, rendered where it is not kept yet.
   * @param render the page with this token in its forms
   */
  send(res: Response, name: string, token: string, render: (token: string) => string): void
}

/** In place of the token while it is kept: no text of ours holds a control character. */
const MARK = '\u0001'

export function createKeptPages(): KeptPages {
  const pages = new Map<string, readonly string[]>()

  /** The pieces between the tokens. Each byte of UTF-8 is one letter of them, so their length is that of the answer. */
  function piecesOf(name: string, render: (token: string) => string): readonly string[] {
    const known = pages.get(name)
    if (known) return known
    const pieces = Buffer.from(render(MARK)).toString('latin1').split(MARK)
    pages.set(name, pieces)
    return pieces
  }

  return {
    send(res, name, token, render) {
      const bytes = piecesOf(name, render).join(token)
      res.setHeader('Content-Length', bytes.length)
      res.end(bytes, 'latin1')
    },
  }
}
