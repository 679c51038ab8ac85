// The body parser of the only form with a file. It runs before the parser of all other forms.
import express, { type Request, type RequestHandler } from 'express'
import { BusyError } from '#server/core/faults.ts'
import { lazily } from '#server/core/lazily.ts'
import { BodyTooLarge, MalformedRequest } from '#server/kit/pages/faults.ts'
import { boundBody } from '#server/kit/web/body-bound.ts'
import { networkOf } from '#server/kit/web/client.ts'

export interface FileForm {
  readonly path: string
  readonly file: string
  readonly maxFileBytes: number
  /** All text fields together. */
  readonly maxTextBytes: number
  /** Runs before the body is read. @throws LimitReached */
  readonly admit: (req: Request) => Promise<void>
}

const multerPackage = lazily<typeof import('multer')>('multer')

/** Files stay in memory while they are read, so only a few may be read at once. */
const filesAtOnce = 8
/** Slow senders of one network must not take every place. */
const filesOfNetwork = 2

/** Room for the boundaries and headers between the fields. */
const partsBytes = 64 * 1024

/** Multer's codes for a body that is too large. */
const tooLarge = new Set(['LIMIT_FILE_SIZE', 'LIMIT_FIELD_VALUE'])

// Security: A file is read only for the form that has one, within its network’s limits.
/** Runs after the check of the origin. The form token is checked later: it is in the body. */
export function fileForm({
  path,
  file,
  maxFileBytes,
  maxTextBytes,
  admit,
}: FileForm): RequestHandler {
  const text = boundBody(
    maxTextBytes,
    express.urlencoded({ extended: false, limit: maxTextBytes, parameterLimit: 20 }),
  )
  const limits = {
    fileSize: maxFileBytes,
    files: 1,
    fields: 12,
    parts: 13,
    fieldSize: maxTextBytes,
    fieldNameSize: 60,
    headerPairs: 20,
    fieldArrayIndexLimit: 0,
  }
  let load: RequestHandler | undefined
  const upload = boundBody(maxFileBytes + maxTextBytes + partsBytes, (req, res, next) => {
    load ??= multerPackage()({ storage: multerPackage().memoryStorage(), limits }).single(file)
    load(req, res, next)
  })
  const reading = new Map<string, number>()

  const read: RequestHandler = async (req, res, next) => {
    await admit(req)
    if (!req.is('multipart/form-data')) return text(req, res, next)
    const network = networkOf(req.ip)
    const own = reading.get(network) ?? 0
    const all = reading.values().reduce((sum, each) => sum + each, 0)
    if (own >= filesOfNetwork || all >= filesAtOnce) return next(new BusyError())
    // If the client has left already, no `close` event would free the place again.
    if (res.closed) return
    reading.set(network, own + 1)
    res.once('close', () => {
      const left = (reading.get(network) ?? 1) - 1
      if (left > 0) reading.set(network, left)
      else reading.delete(network)
    })
    upload(req, res, (fault: unknown) => {
      if (!fault || fault instanceof BodyTooLarge) return next(fault)
      const code = (fault as { code?: string }).code ?? ''
      if (tooLarge.has(code)) return next(new BodyTooLarge())
      next(new MalformedRequest('a multipart body that no form of ours sends'))
    })
  }
  return (req, res, next) =>
    req.method === 'POST' && req.path === path ? read(req, res, next) : next()
}

export const sentFile = (req: Request): Buffer | undefined =>
  req.file && req.file.size > 0 ? req.file.buffer : undefined

/** A chosen file that is empty. Without a choice browsers send an empty part without a name. */
export const sentEmptyFile = (req: Request): boolean =>
  req.file?.size === 0 && req.file.originalname !== ''
