// Registrations a second, and the delay until the mail platform's directory has the mailbox.
import pg from 'pg'
import { type BenchParts, domain, loginOf, password } from './bench-parts.ts'
import { type Figure, median, quantile } from './figures.ts'
import { insist, openPerson } from './person.ts'

const clients = 16

/** Waits for all mailboxes, so that no work is left for the next measurement. */
async function untilAllReady(client: pg.Client): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const { rows } = await client.query(
      'select 1 from mailboxes where applied_revision < revision limit 1',
    )
    if (rows.length === 0) return performance.now() - begun
    await new Promise((wake) => setTimeout(wake, 5))
  }
}

export async function makePeople(port: number, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const person = await openPerson(port)
    await person.get('/register')
    const { status } = await insist(() =>
      person.post('/register', { login: loginOf(number), password }),
    )
    person.connection.close()
    if (status !== 303) throw new Error(`a registration was answered with ${status}`)
  }
}

async function measureReady(
  parts: BenchParts,
  client: pg.Client,
  tries: number,
): Promise<number[]> {
  const person = await openPerson(parts.portal.port)
  await person.get('/register')
  const times: number[] = []
  for (let number = 0; number < tries; number += 1) {
    const login = `ready-${process.pid}-${number}`
    person.forget('session')
    const begun = performance.now()
    const { status } = await person.post('/register', { login, password })
    if (status !== 303) throw new Error(`a registration was answered with ${status}`)
    for (let there = 0; there === 0; ) {
      const { rowCount } = await client.query(
        'select 1 from mail_directory.mailboxes where address = $1 and login_allowed and ' +
          'password is not null',
        [`${login}@${domain}`],
      )
      there = rowCount ?? 0
    }
    times.push(performance.now() - begun)
    // Waits until the worker is idle again.
    await new Promise((wake) => setTimeout(wake, 100))
  }
  person.connection.close()
  return times
}

export async function measureRegistrations(parts: BenchParts): Promise<Figure[]> {
  const { portal, load, seconds, rounds } = parts
  const client = new pg.Client({ connectionString: parts.database.url })
  await client.connect()
  const ready = await measureReady(parts, client, rounds * 5)
  const wanted = {
    port: portal.port,
    kind: 'register',
    seconds: seconds * 2,
    clients,
    password,
  } as const
  const tally = await load.ask({ ...wanted, login: 'n{n}' })
  const left = await untilAllReady(client)
  await client.end()
  const made = tally.answers['303'] ?? 0
  parts.tell('registrations')
  return [
    {
      what: `registrations, ${clients} connections`,
      value: made / tally.seconds,
      unit: 'a second',
    },
    {
      what: 'registrations, until the last one is ready',
      value: left,
      unit: 'ms',
      beside: `after ${made} in one go`,
    },
    {
      what: 'registration to ready when idle, median',
      value: median(ready),
      unit: 'ms',
      target: { atMost: 1000 },
    },
    {
      what: 'registration to ready when idle, 99th percentile',
      value: quantile(ready, 0.99),
      unit: 'ms',
    },
  ]
}
