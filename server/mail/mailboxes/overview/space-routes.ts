import { Router } from 'express'
import { proofOf, requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { requestGrowth } from '../grow-mailbox.ts'

export function spaceRoutes(parts: MailParts): Router {
  return Router().post('/account/space', requireAccount('/account'), async (req, res) => {
    const { from } = readFields(req, ['from'])
    const seen = /^\d{1,15}$/.test(from) ? Number(from) : undefined
    const asked = { proof: proofOf(req), client: parts.client(req), from: seen }
    if (await requestGrowth(parts, asked)) setFlash(res, 'space-grown')
    res.redirect(303, '/account')
  })
}
