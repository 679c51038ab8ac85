import { type Request, type Response, Router } from 'express'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { blockedOf } from '#server/accounts/sign-in/blocked-cookie.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeBlock } from '../measures/describe-block.ts'
import { makeAppeal, type OpenedAppeal, openAppeal } from './appeal.ts'

const appealMaxChars = 4000

export function appealRoutes(parts: WebParts): Router {
  const { pages, desk } = parts
  const perNetwork = parts.limits.limit('appeals', { points: 20, seconds: 3600 })

  function show(
    req: Request,
    res: Response,
    opened: OpenedAppeal,
    form = '',
    errors: readonly FormError[] = [],
  ) {
    if (opened.kind === 'dead') throw new NotFound('no such objection')
    const locals =
      opened.kind === 'open'
        ? { form: { action: req.path, address: opened.address, until: opened.until } }
        : opened.kind === 'made'
          ? { state: opened.appeal.decision ?? 'made', reference: opened.appeal.reference }
          : { state: opened.kind, reference: '' }
    pages.show(req, res, {
      id: 'appeal',
      view: 'desk/appeals/appeal',
      errors,
      values: { appeal: form },
      locals,
    })
  }

  return Router()
    .get('/blocked', async (req, res) => {
      // Where the portal stays open to its holder, signing in shows as much.
      const shown = ownerOf(req) ?? blockedOf(parts, req)
      const account = shown && (await findAccount(parts.db, shown.id))
      // Security: a password that was given in an earlier epoch shows nothing any more.
      if (!account || account.epoch !== shown.epoch) return res.redirect(303, '/sign-in')
      const block = await describeBlock(desk, account.id)
      pages.show(req, res, {
        id: 'blocked',
        view: 'desk/measures/blocked',
        locals: { block: block ?? null },
      })
    })
    .get('/appeal/:token', async (req, res) =>
      show(req, res, await openAppeal(desk, req.params.token)),
    )
    .post('/appeal/:token', async (req, res) => {
      const text = readFields(req, ['appeal']).appeal.trim()
      const opened = await openAppeal(desk, req.params.token)
      // A second click: made once, and shown as after the first.
      if (opened.kind === 'made') return res.redirect(303, req.path)
      if (opened.kind !== 'open') return show(req, res, opened)
      if (text === '') return show(req, res, opened, text, [{ field: 'appeal', reason: 'missing' }])
      const max = appealMaxChars
      if (text.length > max)
        return show(req, res, opened, text, [
          { field: 'appeal', reason: 'too-long', params: { max } },
        ])
      await perNetwork.demand(networkOf(req.ip))
      await makeAppeal(desk, req.params.token, text)
      res.redirect(303, req.path)
    })
}
