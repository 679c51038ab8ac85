import type { Request, RequestHandler, Response } from 'express'
import { proofOf } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { factorUri } from '../factor.ts'
import type { Door } from '../pass-door.ts'
import { staffOf } from '../staff.ts'
import { callerOf, codeErrors, logWrongCode } from './door-page.ts'

async function drawQrCode(text: string): Promise<string> {
  const { toString: draw } = await import('qrcode')
  const svg = await draw(text, { type: 'svg', margin: 2 })
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

export function enrolPage(
  parts: DeskPageParts,
  door: Door,
): Record<'show' | 'submit', RequestHandler> {
  const { settings, pages } = parts

  async function show(req: Request, res: Response, errors: FormError[] = []) {
    const { address } = staffOf(req)
    const secret = await door.secretToEnrol(proofOf(req))
    if (!secret) return res.redirect(303, '/staff/door')
    const picture = await drawQrCode(factorUri(secret, settings.brandName, address))
    pages.show(req, res, {
      id: 'staff-enrol',
      view: 'desk/staff/enrol',
      errors,
      locals: { picture, secret: secret.match(/.{1,4}/g)?.join(' ') ?? secret },
    })
  }

  return {
    show: async (req, res) => await show(req, res),

    async submit(req, res) {
      const { code } = readFields(req, ['code'])
      if (code === '') return await show(req, res, [{ field: 'code', reason: 'missing' }])
      const passed = await door.enrol(callerOf(parts, req), code)
      if (passed.kind === 'passed') return res.redirect(303, '/staff/door/codes')
      logWrongCode(parts, req)
      await show(req, res, codeErrors(passed))
    },
  }
}
