// Requests that stand still at a chosen moment, so that something else is finished before they go on.
import { once } from 'node:events'
import { request } from 'node:http'
import type { TestPortal } from '../portal.ts'
import type { Visitor } from '../visitor.ts'

/** Something that was begun and waits. */
export interface Held<T> {
  letGo(): Promise<T>
}

export interface HeldAnswer {
  readonly path: string
  readonly status: number
  readonly location: string | undefined
  readonly html: string
}

/** A promise and what fulfils it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((done) => {
    open = done
  })
  return { opened, open }
}

/**
 * Sends a form of which the server has read the session, and not the end. What was proven is in its hand; nothing was judged or written.
 * @param token of a form of this browser
 */
export async function holdForm(
  portal: TestPortal,
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
  token: string,
): Promise<Held<HeldAnswer>> {
  const body = new URLSearchParams({ _csrf: token, ...fields }).toString()
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = {
    cookie,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  }
  const sessionRead = gate()
  const seen = (_rows: unknown, { sql }: { sql: string }) => {
    if (/from "sessions"/.test(sql)) sessionRead.open()
  }
  portal.db.on('query-response', seen)
  const sent = request(portal.url + path, { method: 'POST', headers })
  const answered = once(sent, 'response')
  answered.catch(() => {})
  sent.write(body.slice(0, 10))
  await sessionRead.opened
  portal.db.removeListener('query-response', seen)
  return {
    async letGo() {
      sent.end(body.slice(10))
      const [response] = await answered
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const location = response.headers.location?.replace(portal.url, '')
      return { path, status: response.statusCode, location, html: Buffer.concat(chunks).toString() }
    },
  }
}

/**
 * Lets the work begin and stops it where it hashes or has verified this password. One at a time for each password.
 * @returns once the password was met; `letGo` gives what came of the work
 */
export async function holdAtHash<T>(
  portal: TestPortal,
  password: string,
  work: () => Promise<T>,
): Promise<Held<T>> {
  const { hasher } = portal.parts
  const { hash, verify } = hasher
  const [met, free] = [gate(), gate()]
  const stop = async <Result>(typed: string, result: Promise<Result>): Promise<Result> => {
    const done = await result
    if (typed === password) {
      met.open()
      await free.opened
    }
    return done
  }
  Object.assign(hasher, {
    hash: (typed: string) => stop(typed, hash(typed)),
    verify: (phc: string | null, typed: string, placed?: 'placed') =>
      stop(typed, verify(phc, typed, placed)),
  })
  const working = work()
  await Promise.race([
    met.opened,
    working.then(() => Promise.reject(new Error('the password was never hashed'))),
  ])
  Object.assign(hasher, { hash, verify })
  return {
    letGo() {
      free.open()
      return working
    },
  }
}
