// Stands for every other mail server: takes all letters that leave the test platform.
import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'

export interface Letter {
  readonly from: string
  readonly to: readonly string[]
  readonly source: string
}

export interface OutsideWorld {
  readonly port: number
  readonly letters: readonly Letter[]
  /** True: every letter is told to come again later. */
  busy: boolean
  /** True: nobody is known there, and letters come back. */
  gone: boolean
  stop(): Promise<void>
}

export async function startOutsideWorld(): Promise<OutsideWorld> {
  const letters: Letter[] = []
  const world = { letters, busy: false, gone: false }
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onMailFrom: (_address, _session, done) =>
      done(world.busy ? Object.assign(new Error('come again later'), { responseCode: 451 }) : null),
    onRcptTo: (_address, _session, done) =>
      done(
        world.gone ? Object.assign(new Error('nobody of that name'), { responseCode: 550 }) : null,
      ),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom ? mailFrom.address : ''
        letters.push({
          from,
          to: rcptTo.map((each) => each.address),
          source: Buffer.concat(chunks).toString('latin1'),
        })
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as { port: number }
  return Object.assign(world, {
    port,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  })
}
