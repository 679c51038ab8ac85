// A minimal browser: it keeps cookies and the form token.
import { type Answer, type Connection, openConnection } from './connection.ts'

export interface Person {
  get(path: string): Promise<Answer>
  /** Adds the token of the last form. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer>
  forget(cookie: string): void
  /** The bytes of a GET with the current cookies. */
  requestFor(path: string): string
  readonly connection: Connection
}

const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

export async function openPerson(port: number, withCookies = true): Promise<Person> {
  const connection = await openConnection(port)
  const cookies = new Map<string, string>()
  let token = ''

  const headersFor = (line: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const common =
      `${line} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: ${agent}\r\n` +
      'Accept-Language: en\r\n'
    return cookie ? `${common}Cookie: ${cookie}\r\n` : common
  }

  function keep(answer: Answer): Answer {
    if (withCookies) {
      for (const [, name = '', value = ''] of answer.head.matchAll(
        /\r\nset-cookie: ([^=]+)=([^;\r]*)/gi,
      )) {
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
    }
    token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? token
    return answer
  }

  return {
    connection,
    requestFor: (path) => `${headersFor(`GET ${path}`)}\r\n`,
    get: async (path) => keep(await connection.send(`${headersFor(`GET ${path}`)}\r\n`)),
    async post(path, fields) {
      const body = new URLSearchParams({ _csrf: token, ...fields }).toString()
      const type = 'Content-Type: application/x-www-form-urlencoded\r\n'
      const head = `${headersFor(`POST ${path}`)}${type}Content-Length: ${body.length}\r\n\r\n`
      return keep(await connection.send(head + body))
    },
    forget: (cookie) => void cookies.delete(cookie),
  }
}

/** Tries again after 503, so that preparations do not fail on a busy machine. */
export async function insist(send: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await send()
    if (answer.status !== 503 || tries === 50) return answer
    await new Promise((wake) => setTimeout(wake, 200))
  }
}
