import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#server/kit/log/log.ts'
import {
  listenForMailServers,
  type MailServerListener,
} from '../mail-platform/listen-for-mail-servers.ts'
import { judgeSending, noOpinion, type SendingParts } from './judge-sending.ts'
import { createPolicyReader, type PolicyRequest, writeAction } from './policy-protocol.ts'

/** Postfix waits 5 s for an answer. We give up earlier: no letter waits for a missing database. */
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
        // Answers go out in the order of the requests: Postfix tells them apart by nothing else.
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
