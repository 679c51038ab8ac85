// The templates of what staff write, in every language.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type Locale, locales } from '#server/kit/i18n/texts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { recordLook } from '../audit/record-look.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { changeTemplate, dropTemplate, keepTemplate } from './keep-template.ts'
import { type Audience, audiences, findUnknown, isAudience, variables } from './template-rules.ts'
import {
  findTemplate,
  listTemplates,
  type Template,
  type WrittenTemplate,
} from './template-store.ts'

const home = '/staff/templates'
const nameMaxChars = 80
const textMaxChars = 700

type Form = Record<'name' | Locale, string>

function faultsOf({ name, texts, audience }: WrittenTemplate): FormError[] {
  const ofName = name === '' ? 'missing' : name.length > nameMaxChars ? 'too-long' : undefined
  const ofTexts = locales.flatMap((locale): FormError[] => {
    const text = texts[locale]
    const fault = (reason: string, params = {}): FormError[] => [
      { field: locale, reason, text: `errors.template.${reason}`, params },
    ]
    if (text === '') return fault('missing')
    if (text.length > textMaxChars) return fault('too-long', { max: textMaxChars })
    const [unknown] = findUnknown(audience, text)
    return unknown === undefined ? [] : fault('unknown', { name: unknown })
  })
  const named = ofName ? [{ field: 'name', reason: ofName, text: `errors.template.${ofName}` }] : []
  return [...named.map((each) => ({ ...each, params: { max: nameMaxChars } })), ...ofTexts]
}

const readWritten = (form: Form, audience: Audience): WrittenTemplate => ({
  audience,
  name: form.name.trim(),
  texts: Object.fromEntries(
    locales.map((locale) => [locale, form[locale].trim().replaceAll('\r\n', '\n')]),
  ) as Template['texts'],
})

interface At {
  readonly audience: Audience
  /** Absent for a new one. */
  readonly id?: string
}

function showForm(
  parts: DeskPageParts,
  req: Request,
  res: Response,
  { audience, id }: At,
  values: Record<string, string> = {},
  errors: FormError[] = [],
): void {
  showStaffPage(parts, req, res, {
    id: 'staff-template',
    view: 'desk/words/template',
    errors,
    values,
    locals: {
      action: id ? `${home}/${id}` : `${home}/new`,
      retire: id ? `${home}/${id}/retire` : undefined,
      audience,
      variables: variables[audience].map((name) => `{${name}}`).join(' '),
      languages: locales,
    },
  })
}

async function save(parts: DeskPageParts, req: Request, res: Response, at: At): Promise<void> {
  const form = readFields(req, ['name', ...locales])
  const written = readWritten(form, at.audience)
  const faults = faultsOf(written)
  if (faults.length > 0) return showForm(parts, req, res, at, form, faults)
  const by = { staffId: staffOf(req).id, form: formDigestOf(req) }
  const isSaved = at.id
    ? await changeTemplate(parts.desk, at.id, written, by)
    : await keepTemplate(parts.desk, written, by)
  const taken = { field: 'name', reason: 'taken', text: 'errors.template.taken' }
  if (!isSaved) return showForm(parts, req, res, at, form, [taken])
  setFlash(res, 'saved')
  res.redirect(303, home)
}

/** @throws NotFound */
async function findAsked({ db }: DeskPageParts, req: Request): Promise<Template> {
  const found = await findTemplate(db, req.params.id)
  if (!found) throw new NotFound('no such template')
  return found
}

/** @throws NotFound */
function audienceOf(audience: unknown): Audience {
  if (!isAudience(audience)) throw new NotFound('no such readers')
  return audience
}

type Pages = Record<'list' | 'show' | 'start' | 'create' | 'change' | 'retire', RequestHandler>

export const templatesPage = (parts: DeskPageParts): Pages => ({
  async list(req, res) {
    await recordLook(parts.desk, { staffId: staffOf(req).id, action: 'template.viewed' })
    const templates = await listTemplates(parts.db)
    showStaffPage(parts, req, res, {
      id: 'staff-templates',
      view: 'desk/words/templates',
      locals: {
        groups: audiences.map((audience) => ({
          audience,
          templates: templates.filter((each) => each.audience === audience),
        })),
        flash: takeFlash(req, res, ['saved', 'retired']),
      },
    })
  },

  show: async (req, res) => {
    const found = await findAsked(parts, req)
    const { id: subject } = found
    await recordLook(parts.desk, { staffId: staffOf(req).id, action: 'template.viewed', subject })
    showForm(parts, req, res, found, { name: found.name, ...found.texts })
  },

  start: (req, res) => showForm(parts, req, res, { audience: audienceOf(req.query.audience) }),

  async create(req, res) {
    const { audience } = readFields(req, ['audience'])
    await save(parts, req, res, { audience: audienceOf(audience) })
  },

  change: async (req, res) => await save(parts, req, res, await findAsked(parts, req)),

  async retire(req, res) {
    await dropTemplate(parts.desk, String(req.params.id), staffOf(req).id)
    setFlash(res, 'retired')
    res.redirect(303, home)
  },
})
