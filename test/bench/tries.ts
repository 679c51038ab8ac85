// What a client of a load asks for over and over.
import { people } from './bench-parts.ts'
import { insist, type Person } from './person.ts'

/** What is asked for over and over. In a login `{n}` becomes a number that no other try has, `{client}` one of the people made at the start. */
export interface Load {
  readonly port: number
  readonly seconds: number
  /** Clients at once, each on a connection of its own. */
  readonly clients: number
  readonly kind: 'page' | 'sign-in' | 'register' | 'recover'
  /** Of the page. */
  readonly path?: string
  /** False: every request is a browser's first. */
  readonly cookies?: boolean
  /** Signs in first: the page is a personal one. */
  readonly login?: string
  readonly password?: string
  /** Milliseconds between two requests of one client. */
  readonly pause?: number
  /** Tries a second in all, sent whether or not the earlier ones were answered; `clients` is then the most at once. */
  readonly rate?: number
}

let made = 0

/** One try of one client; returns its status and time. */
export type Try = () => Promise<{ readonly status: number; readonly ms: number }>

export async function tryOf(load: Load, client: number, person: Person): Promise<Try> {
  const number = () => `${client}x${process.pid}x${made++}`
  const named = (text = '') =>
    text.replace('{n}', number).replace('{client}', String(client % people))
  switch (load.kind) {
    case 'page':
      return await pageTry(load, person, named(load.login))
    case 'sign-in':
      await person.get('/sign-in')
      return async () => {
        // Somebody who comes back: the browser is known, its session is over.
        person.forget('session')
        return await person.post('/sign-in', {
          login: named(load.login),
          password: load.password ?? '',
        })
      }
    case 'recover':
      await person.get('/recover')
      return async () => {
        person.forget('recovery')
        return await person.post('/recover', { login: named(load.login) })
      }
    case 'register':
      await person.get('/register')
      return async () => {
        person.forget('session')
        return await person.post('/register', {
          login: named(load.login),
          password: load.password ?? '',
        })
      }
  }
}

async function pageTry(load: Load, person: Person, login: string): Promise<Try> {
  if (login) {
    await person.get('/sign-in')
    await insist(() => person.post('/sign-in', { login, password: load.password ?? '' }))
  }
  const path = load.path ?? '/'
  const { body } = await person.get(path)
  const request = person.requestFor(path)
  if (!body.includes('<main')) throw new Error(`no page at ${path}`)
  return () => person.connection.send(request)
}
