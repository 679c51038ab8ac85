import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#server/kit/log/log.ts'
import {
  listenForMailServers,
  type MailServerListener,
} from '../mail-platform/listen-for-mail-servers.ts'
import { judgeSending, noOpinion, type SendingParts } from './judge-sending.ts'
import { createPolicyReader, type PolicyRequest, writeAction } from './policy-protocol.ts'

/** Postfix gives up after 5 s. No letter waits for a missing database. */
const patienceMs = 2000

export function startPolicyService(
  parts: SendingParts & { readonly log: Log },
  at: { readonly host: string; readonly port: number },
): Promise<MailServerListener> {
  const judge = async (request: PolicyRequest): Promise<string> => {
    const patience = new AbortController()
    const late = sleep(patienceMs, noOpinion, { signal: patience.signal }).catch(() => noOpinion)
    const judged = judgeSending(parts, request).catch((fault) => {
      parts.log.warn({ err: fault }, 'a letter went without its limit being judged')
      return noOpinion
    })
    const action = await Promise.race([judged, late])
    patience.abort()
    return action
  }

  return listenForMailServers(at, (socket) => {
    const read = createPolicyReader()
    let line: Promise<unknown> = Promise.resolve()
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      try {
        // Postfix tells answers apart by their order only.
        for (const request of read(chunk)) {
          line = line.then(async () => {
            const action = await judge(request)
            if (!socket.destroyed) socket.write(writeAction(action))
          })
        }
      } catch {
        socket.destroy()
      }
    })
  })
}
