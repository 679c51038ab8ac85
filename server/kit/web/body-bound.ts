// How much of a body is taken, with a parser or without one.
import type { Request, RequestHandler } from 'express'
import { BodyTooLarge } from '../pages/faults.ts'
import { onlyLooks } from './dispatch.ts'

/** SAFETY: the body of a form. */
export const formBytes = 16 * 1024

/**
 * A body that says its length is read off up to so far beyond its bound: a browser shows no answer
 * before it has sent all.
 */
const readOffBytes = 1024 * 1024

/** Long enough for an answer on a slow line, short enough to hold nothing up. */
const lingerMs = 500

/**
 * Reads no more, and closes the connection a moment after the answer. Closed at once, with bytes that nobody read, it is
 * reset, and a reset may overtake the answer (RFC 9112, 9.6).
 */
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

/**
 * Security: a body is cut at its bound, with or without a declared length, of any type, read by a
 * parser or by nobody.
 * @param bytes taken at most
 * @param parse reads the body, beginning at once; a body that it leaves alone is read off
 */
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

/**
 * Stands before everything that answers. An answer that is made before the body was read to its end
 * closes the connection, or Node would go on reading, however much it is.
 */
export const watchBody: RequestHandler = (req, res, next) => {
  if (!hasBody(req)) return next()
  if (!res.hasHeader('Connection')) {
    res.setHeader('Connection', 'close')
    req.once('end', () => {
      if (!res.headersSent) res.removeHeader('Connection')
    })
  }
  // No page that is only looked at reads a body.
  if (onlyLooks(req)) readOff(req, res, next)
  else next()
}
