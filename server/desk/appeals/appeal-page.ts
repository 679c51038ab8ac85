// The form by which an owner objects to a measure, and its state afterwards.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { showNoSuchLink } from '#server/recovery/dead-links/dead-link-page.ts'
import { findWords } from '../measures/describe-block.ts'
import { makeAppeal, type OpenedAppeal, openAppeal } from './make-appeal.ts'

const maxChars = 4000

type LivingAppeal = Exclude<OpenedAppeal, { kind: 'dead' } | { kind: 'gone' }>

function faultOf(text: string): FormError | undefined {
  if (text === '') return { field: 'appeal', reason: 'missing' }
  if (text.length <= maxChars) return undefined
  return { field: 'appeal', reason: 'too-long', params: { max: maxChars } }
}

function localsOf(opened: LivingAppeal, action: string) {
  if (opened.kind === 'open')
    return { form: { action, address: opened.address, until: opened.until } }
  if (opened.kind !== 'made') return { state: opened.kind, reference: '' }
  return { state: opened.appeal.decision ?? 'made', reference: opened.appeal.reference }
}

export function appealPage(parts: DeskPageParts): Record<'show' | 'submit', RequestHandler> {
  const { pages, desk } = parts
  const perNetwork = parts.limits.limit('appeals', { points: 20, seconds: 3600 })

  const show = async (
    req: Request,
    res: Response,
    opened: OpenedAppeal,
    text = '',
    errors: readonly FormError[] = [],
  ) => {
    if (opened.kind === 'dead' || opened.kind === 'gone') {
      const dead = opened.kind === 'gone' ? 'appeal.gone' : 'unknown'
      return showNoSuchLink(pages, req, res, { text: dead, door: 'home' })
    }
    pages.show(req, res, {
      id: 'appeal',
      view: 'desk/appeals/appeal',
      errors,
      values: { appeal: text },
      locals: {
        ...localsOf(opened, req.path),
        wordsHref: await findWords(desk, opened.measure.id),
      },
    })
  }

  return {
    async show(req, res) {
      await show(req, res, await openAppeal(desk, req.params.token))
    },

    async submit(req, res) {
      const text = readFields(req, ['appeal']).appeal.trim()
      const opened = await openAppeal(desk, req.params.token)
      // A second click gets the answer of the first.
      if (opened.kind === 'made') return res.redirect(303, req.path)
      if (opened.kind !== 'open') return await show(req, res, opened)
      const fault = faultOf(text)
      if (fault) return await show(req, res, opened, text, [fault])
      await perNetwork.demand(networkOf(req.ip))
      await makeAppeal(desk, req.params.token, text)
      res.redirect(303, req.path)
    },
  }
}
