// Limits how much of a request's body is read, with a parser or without one.
import type { Request, RequestHandler } from 'express'
import { BodyTooLarge } from '../pages/faults.ts'
import { onlyLooks } from './dispatch.ts'

/** The longest body of a form. */
export const formBytes = 16 * 1024

/** Read beyond the bound and thrown away: browsers show no answer before they have sent all. */
const readOffBytes = 1024 * 1024

const lingerMs = 500

/** A socket that closes with unread bytes is reset, and may lose the answer (RFC 9112, 9.6). */
function letAnswerArrive(req: Request): void {
  const { socket } = req
  req.unpipe()
  req.pause()
  socket.destroySoon = () => {
    socket.end()
    setTimeout(() => socket.destroy(), lingerMs).unref()
  }
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

// Security: A body is cut at its bound, whatever its type and its declared length.
// What `parse` leaves of the body is read and thrown away.
export function boundBody(bytes: number, parse?: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (!hasBody(req) || req.readableEnded) return next()
    const declared = Number(req.headers['content-length'] ?? 0)
    if (declared > bytes + readOffBytes) return next(new BodyTooLarge())
    let taken = 0
    let settled = false
    const settle = (fault?: unknown) => {
      if (settled) return
      settled = true
      next(fault)
    }
    const atEnd = (then: () => void) => (req.readableEnded ? then() : req.once('end', then))
    req.on('data', (chunk: Buffer) => {
      taken += chunk.length
      if (taken <= bytes || declared > 0 || settled) return
      letAnswerArrive(req)
      settle(new BodyTooLarge())
    })
    if (declared > bytes) return void atEnd(() => settle(new BodyTooLarge()))
    if (!parse) return void atEnd(settle)
    parse(req, res, (fault?: unknown) => (fault ? settle(fault) : atEnd(settle)))
  }
}

const readOff = boundBody(formBytes)

/** After an answer to a half-read body, Node would read the rest of it without a limit. */
export const watchBody: RequestHandler = (req, res, next) => {
  if (!hasBody(req)) return next()
  if (!res.hasHeader('Connection')) {
    res.setHeader('Connection', 'close')
    req.once('end', () => {
      if (!res.headersSent) res.removeHeader('Connection')
    })
  }
  if (onlyLooks(req)) readOff(req, res, next)
  else next()
}
