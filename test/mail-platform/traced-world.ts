// A running mail platform whose submission traces letters, and what proves them.
import { systemClock } from '#server/core/clock.ts'
import { createKeyring, type Keyring } from '#server/core/keys/keyring.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import type { Log } from '#server/kit/log/log.ts'
import { startTraceService } from '#server/mail/letter-trace/trace-service.ts'
import { freePorts } from '#test/support/ports.ts'
import { type MailWorld, startMailWorld } from './world.ts'

export interface TracedWorld extends MailWorld {
  readonly keyring: Keyring
  /** What the milter could not read. */
  readonly faults: readonly unknown[]
}

export async function startTracedWorld(): Promise<TracedWorld> {
  const keyring = createKeyring([newToken()])
  const faults: unknown[] = []
  const log = { warn: (about: unknown) => faults.push(about) } as unknown as Log
  const [port = 0] = await freePorts(1)
  const at = { host: '127.0.0.1', port }
  const milter = await startTraceService({ keyring, clock: systemClock, log }, at)
  const world = await startMailWorld(systemClock, { submissionMilter: `${at.host}:${port}` })
  return {
    ...world,
    keyring,
    faults,
    stop: async () => {
      await world.stop()
      await milter.stop()
    },
  }
}
