// The page on which staff write to a reporter or an owner, in words of their own or a template's.
import type { Request, RequestHandler, Response } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { recordLook } from '../audit/record-look.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { type Addressee, findOwner, findReporter } from './addressee.ts'
import { fillTemplate } from './template-rules.ts'
import { findTemplate, listTemplates } from './template-store.ts'
import { findQuestion, listWords, type Word } from './word-store.ts'

export const wordsMaxChars = 2000

/** Security: Words to a reporter name no mailbox that the reporter does not know. */
function faultOf(words: string, { secret }: Addressee): FormError | undefined {
  if (words === '') return { field: 'words', reason: 'missing' }
  if (words.length > wordsMaxChars)
    return { field: 'words', reason: 'too-long', params: { max: wordsMaxChars } }
  if (/\{[^{}]*\}/.test(words)) return { field: 'words', reason: 'unfilled' }
  const names = secret !== undefined && words.toLowerCase().includes(secret)
  return names ? { field: 'words', reason: 'names-mailbox' } : undefined
}

interface Typed {
  readonly words: string
  readonly asks: string
}

async function readTyped({ db }: DeskPageParts, req: Request, to: Addressee): Promise<Typed> {
  const template = await findTemplate(db, req.query.template)
  const fits = template?.audience === to.audience
  return { words: fits ? fillTemplate(template.texts[to.locale], to.values) : '', asks: '' }
}

async function describeThread({ db }: DeskPageParts, thread: readonly Word[]) {
  const names = await findAddresses(
    db,
    thread.map(({ staffId }) => staffId),
  )
  return thread.map((word) => ({ ...word, by: names.get(word.staffId ?? '') }))
}

type Find = (req: Request) => Promise<Addressee>

function pagesFor(parts: DeskPageParts, find: Find): Record<'show' | 'submit', RequestHandler> {
  const { desk, db, keyring, clock } = parts

  async function show(
    req: Request,
    res: Response,
    to: Addressee,
    typed: Typed,
    errors: FormError[] = [],
  ) {
    const { caseId, accountId, about } = to
    const staffId = staffOf(req).id
    await recordLook(desk, { staffId, action: 'words.viewed', caseId, accountId })
    const question = await findQuestion(db, about, clock.now())
    const thread = await listWords(db, keyring, about)
    showStaffPage(parts, req, res, {
      id: 'staff-write',
      view: 'desk/words/write',
      errors,
      values: { ...typed },
      locals: {
        to,
        titleParams: { to: to.audience, reference: to.reference },
        thread: await describeThread(parts, thread),
        templates: (await listTemplates(db, to.audience)).map(({ id, name }) => ({ id, name })),
        mayAsk: to.mayAsk && !question,
        waits: question !== undefined,
        flash: takeFlash(req, res, ['written', 'without-mail']),
      },
    })
  }

  return {
    async show(req, res) {
      const to = await find(req)
      await show(req, res, to, await readTyped(parts, req, to))
    },

    async submit(req, res) {
      const to = await find(req)
      const { words: raw, asks } = readFields(req, ['words', 'asks'])
      const typed = { words: raw.trim(), asks }
      const fault = faultOf(typed.words, to)
      if (fault) return await show(req, res, to, typed, [fault])
      const writing = {
        words: typed.words,
        asks: to.mayAsk && asks === 'on',
        staffId: staffOf(req).id,
        form: formDigestOf(req),
      }
      const { kind } = await to.write(writing)
      if (kind === 'waits')
        return await show(req, res, to, typed, [{ field: 'asks', reason: 'waits' }])
      setFlash(res, kind === 'without-mail' ? 'without-mail' : 'written')
      res.redirect(303, to.here)
    },
  }
}

export const writePages = (parts: DeskPageParts) => ({
  reporter: pagesFor(parts, (req) => findReporter(parts, staffOf(req), req.params)),
  owner: pagesFor(parts, (req) => findOwner(parts, staffOf(req), req.params.id)),
})
