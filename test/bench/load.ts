// The load generator. It has its own process, so that it does not share the measured event loop.
import { answerParent } from './child.ts'
import { openPerson } from './person.ts'
import { type Load, type Try, tryOf } from './tries.ts'

export interface Tally {
  /** The number of answers by status. */
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds of every answer, by status. */
  readonly ms: Readonly<Record<string, readonly number[]>>
  readonly seconds: number
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
  // Otherwise the server would keep the connections of this run during the next one.
  for (const { connection } of everybody) connection.close()
  const answers = Object.fromEntries(
    Object.entries(ms).map(([status, list]) => [status, list.length]),
  )
  return { answers, ms, seconds }
}

/** Sends `rate` tries a second on free connections. */
async function arrivals(
  rate: number,
  end: number,
  tries: Try[],
  once: (one: Try) => Promise<void>,
): Promise<void> {
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
