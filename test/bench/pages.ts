// The speed of pages, compared with express and ejs alone for the same bytes.
import type { BareView } from './bare-pages.ts'
import { type BenchParts, loginOf, password } from './bench-parts.ts'
import { type Child, startChild } from './child.ts'
import { type Figure, median } from './figures.ts'
import type { Tally } from './load.ts'
import { insist, openPerson, type Person } from './person.ts'
import { cpuMsOf } from './proc.ts'
import type { Load } from './tries.ts'

const clients = 8
/** A form page has this many views: layout, head, top, footer and components. */
const partsOfPage = 8

interface Asked {
  readonly what: string
  readonly path: string
  readonly cookies?: boolean
  readonly login?: string
  readonly atLeast?: number
}

const asked: readonly Asked[] = [
  { what: 'form page', path: '/sign-in', atLeast: 0.8 },
  // This page also makes a secret and a cookie, which a bare page does not.
  { what: 'form page, first visit of a browser', path: '/sign-in', cookies: false },
  { what: 'form page, registration', path: '/register', atLeast: 0.8 },
  { what: 'signed-in page', path: '/account', login: loginOf('{client}') },
]

/** The page with placeholders, so that express and ejs alone write the same bytes. */
export function bareViewOf(page: string): string {
  return page
    .replaceAll('<%', '&lt;%')
    .replace(/(name="_csrf" value=")[^"]+"/g, '$1<%= token %>"')
    .replace(/<html lang="[^"]+"/, '<html lang="<%= locale %>"')
}

async function pageOf({ portal }: BenchParts, one: Asked): Promise<string> {
  const person: Person = await openPerson(portal.port)
  if (one.login) {
    await person.get('/sign-in')
    const login = one.login.replace('{client}', '0')
    await insist(() => person.post('/sign-in', { login, password }))
  }
  const { body, status } = await person.get(one.path)
  person.connection.close()
  if (status !== 200) throw new Error(`${one.path} was answered with ${status}`)
  return Buffer.from(body, 'latin1').toString('utf8')
}

async function pageRound(
  parts: BenchParts,
  wanted: Omit<Load, 'seconds' | 'clients' | 'kind'>,
  pids: number[],
) {
  const cpu = cpuMsOf(...pids)
  const tally: Tally = await parts.load.ask({
    ...wanted,
    kind: 'page',
    seconds: parts.seconds,
    clients,
    password,
  })
  const count = tally.answers['200'] ?? 0
  if (Object.keys(tally.answers).join() !== '200')
    throw new Error(`${wanted.path}: ${JSON.stringify(tally.answers)}`)
  return { perSecond: count / tally.seconds, cpuMs: (cpuMsOf(...pids) - cpu) / count }
}

export async function measurePages(parts: BenchParts): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const one of asked) {
    const page = await pageOf(parts, one)
    const bare: Child<BareView, { port: number }> = startChild('./bare-pages.ts', {
      NODE_ENV: 'production',
    })
    const { port } = await bare.ask({
      path: one.path,
      source: bareViewOf(page),
      parts: partsOfPage,
    })
    const ratios: number[] = []
    const ratiosToParts: number[] = []
    const mine: { perSecond: number; cpuMs: number }[] = []
    const theirs: { perSecond: number; cpuMs: number }[] = []
    const { path } = one
    const own = {
      path,
      port: parts.portal.port,
      cookies: one.cookies ?? true,
      ...(one.login && { login: one.login }),
    }
    const pids = [parts.portal.pid, parts.database.pid]
    // A page under load has been compiled, so this warms up first.
    const warm = { ...parts, seconds: 3 }
    await pageRound(warm, own, pids)
    for (const each of [path, `/parts${path}`])
      await pageRound(warm, { path: each, port }, [bare.pid])
    for (let round = 0; round < parts.rounds; round += 1) {
      const ours = await pageRound(parts, own, pids)
      const alone = await pageRound(parts, { path, port }, [bare.pid])
      const inParts = await pageRound(parts, { path: `/parts${path}`, port }, [bare.pid])
      ratios.push(ours.perSecond / alone.perSecond)
      ratiosToParts.push(ours.perSecond / inParts.perSecond)
      mine.push(ours)
      theirs.push(alone)
    }
    await bare.stop()
    parts.tell(one.what)
    const alone =
      `${median(theirs.map((each) => each.perSecond)).toFixed(0)} a second by express ` +
      'and ejs alone'
    const ms = median(theirs.map((each) => each.cpuMs)).toFixed(2)
    const size = `${(Buffer.byteLength(page) / 1024).toFixed(1)} KiB`
    figures.push(
      {
        what: `${one.what} ${one.path}`,
        value: median(mine.map((each) => each.perSecond)),
        unit: 'a second',
        beside: size,
      },
      {
        what: `${one.what} to express and ejs alone`,
        value: median(ratios),
        unit: '',
        ...(one.atLeast && { target: { atLeast: one.atLeast } }),
        beside: `${alone}, one flat view`,
      },
      {
        what: `${one.what} to express and ejs alone, of parts`,
        value: median(ratiosToParts),
        unit: '',
        beside: `a view that includes ${partsOfPage} others`,
      },
      {
        what: `${one.what}, processor time`,
        value: median(mine.map((each) => each.cpuMs)),
        unit: 'ms',
        beside: `${ms} ms by express and ejs alone`,
      },
    )
  }
  return figures
}
