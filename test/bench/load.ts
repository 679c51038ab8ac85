// The load generator, a process of its own: whoever measures must not share the event loop that is measured.
import { people } from './bench-parts.ts'
import { answerParent } from './child.ts'
import { insist, openPerson, type Person } from './person.ts'

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

export interface Tally {
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds of every answer, by status. */
  readonly ms: Readonly<Record<string, readonly number[]>>
  readonly seconds: number
}

let made = 0

/** One try of one client; returns its status and time. */
type Try = () => Promise<{ readonly status: number; readonly ms: number }>

async function tryOf(load: Load, client: number, person: Person): Promise<Try> {
  const number = () => `${client}x${process.pid}x${made++}`
  const named = (text = '') => text.replace('{n}', number).replace('{client}', String(client % people))
  switch (load.kind) {
    case 'page':
      return await pageTry(load, person, named(load.login))
    case 'sign-in':
      await person.get('/sign-in')
      return async () => {
        // Somebody who comes back: the browser is known, its session is over.
        person.forget('session')
        return await person.post('/sign-in', { login: named(load.login), password: load.password ?? '' })
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
        return await person.post('/register', { login: named(load.login), password: load.password ?? '' })
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

async function run(load: Load): Promise<Tally> {
  const everybody = await Promise.all(
    Array.from({ length: load.clients }, () => openPerson(load.port, load.cookies !== false)),
  )
  const tries = await Promise.all(everybody.map((person, client) => tryOf(load, client, person)))
  const ms: Record<string, number[]> = {}
  const begun = performance.now()
  const end = begun + load.seconds * 1000
  const once = async (one: Try) => {
    const answer = await one()
    const list = ms[answer.status] ?? []
    ms[answer.status] = list
    list.push(answer.ms)
  }
  const steady = async (one: Try) => {
    while (performance.now() < end) {
      await once(one)
      if (load.pause) await sleep(load.pause)
    }
  }
  if (load.rate) await arrivals(load.rate, end, tries, once)
  else await Promise.all(tries.map(steady))
  const seconds = (performance.now() - begun) / 1000
  // Or the server would hold the connections of each run beside those of the next.
  for (const { connection } of everybody) connection.close()
  const answers = Object.fromEntries(Object.entries(ms).map(([status, list]) => [status, list.length]))
  return { answers, ms, seconds }
}

/** Sends `rate` tries a second on whichever connections are free. */
async function arrivals(rate: number, end: number, tries: Try[], once: (one: Try) => Promise<void>): Promise<void> {
  const free = [...tries]
  const running = new Set<Promise<void>>()
  const begun = performance.now()
  let sent = 0
  while (performance.now() < end) {
    const due = ((performance.now() - begun) / 1000) * rate
    while (sent < due) {
      const one = free.pop()
      if (!one) break
      sent += 1
      const task: Promise<void> = once(one).then(() => {
        running.delete(task)
        free.push(one)
      })
      running.add(task)
    }
    await sleep(2)
  }
  await Promise.all(running)
}

const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms))

answerParent(run)
