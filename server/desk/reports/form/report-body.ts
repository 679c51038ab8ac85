// The body parser of the only form with a file. It runs before the parser of all other forms.
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { StorageEngine } from 'multer'
import { BusyError } from '#server/core/faults.ts'
import { lazily } from '#server/core/lazily.ts'
import { BodyTooLarge, type LimitReached, MalformedRequest } from '#server/kit/pages/faults.ts'
import { boundBody } from '#server/kit/web/body-bound.ts'
import { networkOf } from '#server/kit/web/client.ts'

export interface FileForm {
  readonly path: string
  readonly file: string
  readonly maxFileBytes: number
  /** All text fields together. */
  readonly maxTextBytes: number
  /** Whether the network may send a large form. Runs before the body is read. */
  readonly admit: (req: Request) => Promise<LimitReached | undefined>
}

const multerPackage = lazily<typeof import('multer')>('multer')

/** Files stay in memory while they are read, so only a few may be read at once. */
const filesAtOnce = 8
/** As many of the largest size. Each takes its size twice while it is joined. */
const largeAtOnce = 4
/** Slow senders of one network must not take every place. */
const filesOfNetwork = 2

/** Room for the boundaries and headers between the fields. */
const partsBytes = 64 * 1024

/** Read although the limit is reached, so that the page of the limit keeps what was typed. */
const smallBytes = 1024 * 1024

const isSmall = ({ headers }: Request): boolean =>
  Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= smallBytes

/** A file beyond the bound is thrown away while it is read. The texts beside it are kept. */
const inMemory = (maxBytes: number): StorageEngine => ({
  _handleFile(_req, { stream }, done) {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    stream.once('error', done)
    stream.once('end', () => done(null, { size, buffer: Buffer.concat(chunks) }))
  },
  _removeFile: (_req, _file, done) => done(null),
})

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
    files: 1,
    fields: 12,
    parts: 13,
    fieldSize: maxTextBytes,
    fieldNameSize: 60,
    headerPairs: 20,
    fieldArrayIndexLimit: 0,
  }
  const most = maxFileBytes + maxTextBytes + partsBytes
  let load: RequestHandler | undefined
  const upload = boundBody(most, (req, res, next) => {
    load ??= multerPackage()({ storage: inMemory(maxFileBytes), limits }).single(file)
    load(req, res, next)
  })
  const places = createPlaces(most)

  const read: RequestHandler = async (req, res, next) => {
    const limit = await admit(req)
    if (limit && !isSmall(req)) return next(limit)
    // A form without a token is none of ours.
    const done = (fault?: unknown) => next(fault ?? (req.body?._csrf ? undefined : limit))
    if (!req.is('multipart/form-data')) return text(req, res, done)
    const network = networkOf(req.ip)
    const bytes = Math.min(Number(req.get('content-length')) || most, most)
    if (!places.hasRoom(network, bytes)) return next(new BusyError())
    // If the client has left already, no `close` event would free the place again.
    if (res.closed) return
    places.take(res, network, bytes)
    upload(req, res, (fault: unknown) => {
      if (!fault || fault instanceof BodyTooLarge) return done(fault)
      const { code } = fault as { code?: string }
      if (code === 'LIMIT_FIELD_VALUE') return next(new BodyTooLarge())
      next(new MalformedRequest('a multipart body that no form of ours sends'))
    })
  }
  return (req, res, next) =>
    req.method === 'POST' && req.path === path ? read(req, res, next) : next()
}

function createPlaces(most: number) {
  const reading = new Map<Response, { readonly network: string; readonly bytes: number }>()
  return {
    hasRoom(network: string, bytes: number): boolean {
      const all = [...reading.values()]
      const own = all.filter((each) => each.network === network)
      const sum = all.reduce((total, each) => total + each.bytes, bytes)
      return own.length < filesOfNetwork && all.length < filesAtOnce && sum <= largeAtOnce * most
    },
    take(res: Response, network: string, bytes: number): void {
      reading.set(res, { network, bytes })
      res.once('close', () => reading.delete(res))
    },
  }
}

export const sentFile = ({ file }: Request): Buffer | undefined =>
  file && file.size > 0 && file.buffer.length === file.size ? file.buffer : undefined

/** Without a choice browsers send an empty part without a name. */
export function sentFileFault({ file }: Request): 'empty' | 'too-large' | undefined {
  if (!file) return undefined
  if (file.buffer.length < file.size) return 'too-large'
  return file.size === 0 && file.originalname !== '' ? 'empty' : undefined
}
