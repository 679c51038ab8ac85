import { Router } from 'express'
import {
  accountOf,
  letterLocaleOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { exampleMobile, writePhone } from '#server/core/identifiers/phone-number.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { createContactPages } from '../contacts/contact-pages.ts'
import { methodsPage } from '../contacts/show-contact.ts'
import {
  askPhone,
  judgePhone,
  linkingLimit,
  linkPhone,
  pendingPhone,
  unlinkPhone,
} from './link-phone.ts'

const formPage = '/account/recovery/phone'
const confirmPage = '/account/recovery/phone/confirm'

export function phoneRoutes(parts: RecoveryParts): Router {
  const forms = createContactPages(parts, {
    id: 'phone',
    field: 'phone',
    locals: () => ({ example: exampleMobile(parts.settings.defaultCountry) }),
    pending: async (accountId) => {
      const pending = await pendingPhone(parts, accountId)
      return pending && { ...pending, value: writePhone(pending.value) }
    },
    waitFor: async (accountId, e164) =>
      (await linkingLimit(parts).look(parts.db, accountId, e164)).wait,
  })
  const recent = forms.requireRecentContact
  const fresh = (page?: string) => requireFreshPassword(parts.clock.now, page)

  return Router()
    .get(formPage, requireAccount(), fresh(), (req, res) => forms.showForm(req, res))
    .post(formPage, requireAccount(), fresh(), async (req, res) => {
      const typed = readFields(req, ['phone']).phone
      const judged = judgePhone(parts, typed)
      if (judged.kind === 'refused')
        return forms.showForm(req, res, typed, [{ field: 'phone', reason: judged.reason }])
      const { number } = judged
      const asked = await askPhone(parts, {
        proof: proofOf(req),
        number,
        locale: letterLocaleOf(req),
      })
      await forms.answerAsked(req, res, asked)
    })
    .get(confirmPage, requireAccount(), (req, res) => forms.showConfirm(req, res))
    .post(confirmPage, requireAccount(), async (req, res) => {
      const { code } = readFields(req, ['code'])
      await forms.answerLinked(req, res, await linkPhone(parts, forms.askingOf(req), code))
    })
    .post(`${confirmPage}/again`, requireAccount(confirmPage), recent, async (req, res) => {
      const accountId = accountOf(req).id
      const pending = await pendingPhone(parts, accountId)
      const judged = judgePhone(parts, pending?.value ?? '')
      if (judged.kind === 'refused') return res.redirect(303, formPage)
      const asked = await askPhone(parts, {
        proof: proofOf(req),
        number: judged.number,
        locale: letterLocaleOf(req),
        typedAt: pending?.typedAt,
        resend: forms.resendOf(req),
      })
      await forms.answerAsked(req, res, asked)
    })
    .post(
      `${formPage}/remove`,
      formOf(formPage),
      requireAccount(methodsPage),
      fresh(methodsPage),
      async (req, res) => {
        await forms.countChange(accountOf(req).id)
        await forms.answerRemoved(req, res, await unlinkPhone(parts, forms.askingOf(req)))
      },
    )
}
