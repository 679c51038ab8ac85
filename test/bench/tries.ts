// The requests that a client of a load repeats.
import { people } from './bench-parts.ts'
import { insist, type Person } from './person.ts'

/** In a login, `{n}` becomes the number of the try and `{client}` the account of the client. */
export interface Load {
  readonly port: number
  readonly seconds: number
  /** Each client has its own connection. */
  readonly clients: number
  readonly kind: 'page' | 'sign-in' | 'register' | 'recover'
  readonly path?: string
  /** False: each request is the first one of a new browser. */
  readonly cookies?: boolean
  /** Signs in first, for a personal page. */
  readonly login?: string
  readonly password?: string
  /** Milliseconds between two requests of a client. */
  readonly pause?: number
  /** Sends this many tries a second without waiting for answers, up to `clients` at once. */
  readonly rate?: number
}

let made = 0

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
        // A known browser whose session has ended.
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
