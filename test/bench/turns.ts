// A process that asks two portals in turn, so that other load affects both equally.
import { answerParent } from './child.ts'
import { openPerson } from './person.ts'
import { type Load, tryOf } from './tries.ts'

export interface Turns {
  readonly load: Omit<Load, 'port'>
  readonly ports: readonly [number, number]
  /** The expected status. Answers with 503 are ignored: the machine is busy. */
  readonly status: string
}

/** For each portal, in the order of the ports. */
export type TurnsTally = readonly { readonly count: number; readonly meanMs: number }[]

async function takeTurns({ load, ports, status }: Turns): Promise<TurnsTally> {
  const sums = ports.map(() => ({ count: 0, ms: 0 }))
  const clients = await Promise.all(
    Array.from({ length: load.clients }, async (_, client) => {
      const people = await Promise.all(ports.map((port) => openPerson(port)))
      const tries = []
      for (const [side, person] of people.entries())
        tries.push({
          sum: sums[side],
          once: await tryOf({ ...load, port: ports[side] ?? 0 }, client, person),
        })
      return { people, tries }
    }),
  )
  const end = performance.now() + load.seconds * 1000
  await Promise.all(
    clients.map(async ({ tries }, client) => {
      for (let turn = client; performance.now() < end; turn += 1)
        for (const { sum, once } of turn % 2 ? tries.toReversed() : tries) {
          const answer = await once()
          if (String(answer.status) !== status && answer.status !== 503)
            throw new Error(`${load.kind} was answered with ${answer.status}`)
          if (!sum || answer.status === 503) continue
          sum.count += 1
          sum.ms += answer.ms
        }
    }),
  )
  for (const { people } of clients) for (const { connection } of people) connection.close()
  return sums.map(({ count, ms }) => ({ count, meanMs: ms / count }))
}

answerParent(takeTurns)
