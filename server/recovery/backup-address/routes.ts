import { Router } from 'express'
import {
  accountOf,
  letterLocaleOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { createContactPages } from '../contacts/contact-pages.ts'
import { methodsPage } from '../contacts/show-contact.ts'
import {
  askBackupAddress,
  judgeAddress,
  linkBackupAddress,
  meantAddress,
  pendingBackupAddress,
  unlinkBackupAddress,
} from './link-backup-address.ts'

const formPage = '/account/recovery/backup-address'
const confirmPage = '/account/recovery/backup-address/confirm'

export function backupAddressRoutes(parts: RecoveryParts): Router {
  const forms = createContactPages(parts, {
    id: 'backup-address',
    field: 'address',
    locals: (typed) => ({ meant: meantAddress(parts.settings.mailDomains, typed) }),
    pending: (accountId) => pendingBackupAddress(parts, accountId),
    waitFor: (accountId) => parts.mailLimit.waitFor('confirm', [accountId]),
  })
  const recent = forms.requireRecentContact
  const fresh = (page?: string) => requireFreshPassword(parts.clock.now, page)

  return Router()
    .get(formPage, requireAccount(), fresh(), (req, res) => forms.showForm(req, res))
    .post(formPage, requireAccount(), fresh(), async (req, res) => {
      const { address: typed, asked } = readFields(req, ['address', 'asked'])
      const { mailDomains } = parts.settings
      const judged = judgeAddress(mailDomains, typed)
      const refuse = (reason: string) =>
        forms.showForm(req, res, typed, [{ field: 'address', reason }])
      if (judged.kind === 'refused') return refuse(judged.reason)
      // A person who sends it again unchanged means it.
      if (asked !== typed && meantAddress(mailDomains, typed)) return refuse('typo')
      const about = { proof: proofOf(req), contact: judged.contact, locale: letterLocaleOf(req) }
      await forms.answerAsked(req, res, await askBackupAddress(parts, about))
    })
    .get(confirmPage, requireAccount(), (req, res) => forms.showConfirm(req, res))
    .post(confirmPage, requireAccount(), async (req, res) => {
      const { code } = readFields(req, ['code'])
      await forms.answerLinked(req, res, await linkBackupAddress(parts, forms.askingOf(req), code))
    })
    .post(`${confirmPage}/again`, requireAccount(confirmPage), recent, async (req, res) => {
      const accountId = accountOf(req).id
      const pending = await pendingBackupAddress(parts, accountId)
      if (!pending) return res.redirect(303, formPage)
      const { typedAt, sentAt: _, ...contact } = pending
      const asked = await askBackupAddress(parts, {
        proof: proofOf(req),
        contact,
        locale: letterLocaleOf(req),
        typedAt,
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
        await forms.answerRemoved(req, res, await unlinkBackupAddress(parts, forms.askingOf(req)))
      },
    )
}
