// What staff wrote, as the person outside reads it, and the form for an answer.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { showNoSuchLink } from '#server/recovery/dead-links/dead-link-page.ts'
import { answerWords, type OpenedWords, openWords, type WordKind } from './answer-words.ts'

const maxChars = 2000

function faultOf(answer: string): FormError | undefined {
  if (answer === '') return { field: 'answer', reason: 'missing', text: 'errors.words.missing' }
  if (answer.length <= maxChars) return undefined
  const text = 'errors.words.too-long'
  return { field: 'answer', reason: 'too-long', text, params: { max: maxChars } }
}

const before = { report: '/report/progress/', appeal: '/appeal/' } as const

export function wordsPage(
  parts: DeskPageParts,
  kind: WordKind,
): Record<'show' | 'submit', RequestHandler> {
  const { pages, desk } = parts
  const perNetwork = parts.limits.limit('words', { points: 20, seconds: 3600 })

  const show = (
    req: Request,
    res: Response,
    opened: OpenedWords | undefined,
    answer = '',
    errors: readonly FormError[] = [],
  ) => {
    if (!opened) return showNoSuchLink(pages, req, res, { text: 'unknown', door: 'home' })
    pages.show(req, res, {
      id: 'words',
      view: 'desk/words/words',
      errors,
      values: { answer },
      locals: {
        thread: opened.thread.map(({ words, staffId, at }) => ({
          words,
          at,
          whoKey: staffId === null ? 'words.you' : 'words.staff',
        })),
        action: opened.isAsked ? req.path : undefined,
        back: `${before[kind]}${req.params.token}`,
      },
    })
  }

  return {
    show: async (req, res) => show(req, res, await openWords(desk, kind, req.params.token)),

    async submit(req, res) {
      const answer = readFields(req, ['answer']).answer.trim()
      const opened = await openWords(desk, kind, req.params.token)
      // A second click gets the answer of the first.
      if (opened && !opened.isAsked) return res.redirect(303, req.path)
      const fault = faultOf(answer)
      if (!opened || fault) return show(req, res, opened, answer, fault && [fault])
      await perNetwork.demand(networkOf(req.ip))
      await answerWords(desk, opened, answer)
      res.redirect(303, req.path)
    },
  }
}
