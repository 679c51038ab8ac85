// The milter that puts our trace on every submitted letter.
import type { Log } from '#server/kit/log/log.ts'
import {
  listenForMailServers,
  type MailServerListener,
} from '../mail-platform/listen-for-mail-servers.ts'
import { createMilterSession, type TraceParts } from './milter-session.ts'

/** Needs no database, so letters are traced even while the database is away. */
export function startTraceService(
  parts: TraceParts & { readonly log: Log },
  at: { readonly host: string; readonly port: number },
): Promise<MailServerListener> {
  return listenForMailServers(at, (socket) => {
    const session = createMilterSession(parts)
    socket.on('data', (chunk: Buffer) => {
      try {
        const replies = session(chunk)
        if (replies === 'end') socket.end()
        else if (replies.length > 0) socket.write(Buffer.concat(replies))
      } catch (fault) {
        // Postfix then lets the letter pass without a trace (default_action=accept).
        parts.log.warn({ err: fault }, 'a letter was not traced')
        socket.destroy()
      }
    })
  })
}
