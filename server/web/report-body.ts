// Reads the one form that may carry a file, before the parser of all other forms does.
import express, { type Request, type RequestHandler } from 'express'
import { lazily } from '../core/lazily.ts'
import { BusyError } from '../password/hasher.ts'
import { MalformedRequest } from './faults.ts'

export interface FileForm {
  /** The only path that takes it. */
  readonly path: string
  readonly file: string
  readonly maxFileBytes: number
  /** Of all typed text together. */
  readonly maxTextBytes: number
  /** Asked before a byte is read. @throws LimitReached */
  readonly admit: (req: Request) => Promise<void>
}

const multerPackage = lazily<typeof import('multer')>('multer')

/** Files are held in memory while they are read; more at once would be a way to fill it. */
const filesAtOnce = 4

/** What multer says of a body that is too large; everything else that it says is the sender's fault too. */
const tooLarge = new Set(['LIMIT_FILE_SIZE', 'LIMIT_FIELD_VALUE'])

/**
 * Stands after the check of the origin and before the token is looked at.
 * Security: a file is read only for the form that sends one, within bounds, and never beyond the limit of its network.
 */
export function fileForm({ path, file, maxFileBytes, maxTextBytes, admit }: FileForm): RequestHandler {
  const text = express.urlencoded({ extended: false, limit: maxTextBytes, parameterLimit: 20 })
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
  let upload: RequestHandler | undefined
  let reading = 0

  const read: RequestHandler = async (req, res, next) => {
    await admit(req)
    if (!req.is('multipart/form-data')) return text(req, res, next)
    if (reading >= filesAtOnce) return next(new BusyError())
    reading += 1
    upload ??= multerPackage()({ storage: multerPackage().memoryStorage(), limits }).single(file)
    upload(req, res, (fault: unknown) => {
      reading -= 1
      if (!fault) return next()
      const code = (fault as { code?: string }).code ?? ''
      if (tooLarge.has(code)) return next(Object.assign(new Error('a file beyond the bound'), { status: 413 }))
      next(new MalformedRequest('a multipart body that no form of ours sends'))
    })
  }
  return (req, res, next) => (req.method === 'POST' && req.path === path ? read(req, res, next) : next())
}

/** The bytes of the file that was sent, or undefined where none was chosen. */
export const sentFile = (req: Request): Buffer | undefined =>
  req.file && req.file.size > 0 ? req.file.buffer : undefined

/** A browser sends an empty part where no file was chosen; a chosen file that is empty has a name. */
export const sentEmptyFile = (req: Request): boolean => req.file?.size === 0 && req.file.originalname !== ''
