import { type Request, type RequestHandler, Router } from 'express'
import {
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { LimitReached, NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import type { AccessParts } from '../parts.ts'
import { askExport, isLate } from './ask-export.ts'
import { describeExport } from './describe-export.ts'
import { listExports, readExport } from './store.ts'

const page = '/account/export'
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const ownerId = (req: Request) => ownerOf(req)?.id ?? ''

export function exportRoutes(parts: AccessParts): Router {
  const { clock } = parts
  const fresh = [requireAccount(), requireFreshPassword(clock.now)]
  return Router()
    .get(page, fresh, showExports(parts))
    .post(page, fresh, submitExport(parts))
    .get(`${page}/:id`, fresh, showExport(parts))
}

const showExports =
  ({ db, clock, pages }: AccessParts): RequestHandler =>
  async (req, res) => {
    const at = clock.now()
    const all = await listExports(db, ownerId(req), at)
    const formats = pages.formatsFor(req)
    const ready = all.flatMap((file) =>
      file.readyAt
        ? [
            {
              href: `${page}/${file.id}`,
              readyAt: file.readyAt,
              expiresAt: file.expiresAt,
              size: formats.bytes(file.bytes ?? 0),
            },
          ]
        : [],
    )
    const isWaiting = all.length > ready.length
    const said = takeFlash(req, res, ['asked'])
    pages.show(req, res, {
      id: 'export',
      view: 'access/export/export',
      locals: {
        isWaiting,
        flash: isWaiting ? said : undefined,
        isLate: all.some((file) => isLate(file, at)),
        files: ready,
      },
    })
  }

const submitExport =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    const proof = proofOf(req)
    const form = formDigestOf(req, {
      owner: proof.accountId,
    })
    const client = parts.client(req)
    const asked = await askExport(parts, proof, client, form)
    if (asked.kind === 'limit') throw new LimitReached('exports', asked.retryAfterSeconds, page)
    setFlash(res, 'asked')
    res.redirect(303, page)
  }

const showExport =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    const { db, keyring, clock, pages } = parts
    const id = String(req.params.id)
    const at = clock.now()
    const about = { id, accountId: ownerId(req), at }
    const file = isId.test(id) ? await readExport(db, keyring, about) : undefined
    // Security: A file of another account is like one that never was.
    if (!file) throw new NotFound('no such export')
    res.setHeader('Cache-Control', 'no-store')
    if (req.query.format === 'json') {
      const day = file.readyAt?.toISOString().slice(0, 10)
      res.attachment(`postern-${day}.json`)
      return void res.type('json').send(file.body)
    }
    pages.show(req, res, {
      id: 'export',
      view: 'access/export/file',
      locals: {
        readyAt: file.readyAt,
        download: `${page}/${id}?format=json`,
        ...describeExport(JSON.parse(file.body), pages.textsFor(req).has),
      },
    })
  }
