// The first steps of a recovery: a name is typed, or a link is opened, and a method is chosen.
import type { Request, Response, Router } from 'express'
import { deviceDigestOf } from '#server/accounts/sessions/device-cookie.ts'
import { keepTypedName, typedNameOf } from '#server/accounts/sessions/typed-name-cookie.ts'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import type { Limit } from '#server/kit/limits/limits.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { beginRecovery } from './begin-recovery.ts'
import { showDeadResetLink } from './dead-proof-pages.ts'
import { setNewFlowToken } from './flow-cookie.ts'
import { type FlowSteps, newPasswordPath, type StartNotice } from './flow-steps.ts'
import { listChoices, methodFlowOf } from './method-flow.ts'
import { beforeProof } from './method-routes.ts'
import { openLink } from './open-link.ts'
import type { StepPages } from './step-pages.ts'

export interface StartRouteParts {
  readonly parts: RecoveryParts
  readonly steps: FlowSteps
  readonly stepPages: StepPages
  readonly perNetwork: Limit
}

/** `sessions-ended`: what an undo link has just done. */
type Said = StartNotice | 'sessions-ended'

function addNamePage(router: Router, { parts, perNetwork }: StartRouteParts): void {
  const showStart = (
    req: Request,
    res: Response,
    { login, said, errors = [] }: { login: string; said?: Said; errors?: FormError[] },
  ) =>
    parts.pages.show(req, res, {
      id: 'recover',
      view: 'recovery/flow/start',
      errors,
      values: { login },
      sameForAll: errors.length === 0 && said === undefined && login === '',
      locals: said === 'sessions-ended' ? { flash: said } : { notice: said },
    })

  router
    .get('/recover', (req, res) => {
      const said = takeFlash(req, res, ['start-again', 'overtaken', 'sessions-ended'])
      const own = writeAddress(ownerOf(req)?.address ?? '', parts.settings.mailDomains)
      const login = typedNameOf(parts, req) || own
      showStart(req, res, said ? { login, said } : { login })
    })
    .post('/recover', async (req, res) => {
      const { login, from } = readFields(req, ['login', 'from'])
      if (login.trim() === '') {
        // The button of the sign-in page sends what was typed there, perhaps nothing.
        if (from === 'sign-in') return res.redirect(303, '/recover')
        return showStart(req, res, { login: '', errors: [{ field: 'login', reason: 'missing' }] })
      }
      keepTypedName(parts, res, login)
      const network = networkOf(req.ip)
      await perNetwork.demand(network)
      await beginRecovery(parts, {
        login,
        tokenHash: setNewFlowToken(parts, res),
        device: deviceDigestOf(parts, req),
        network,
        locale: req.locale,
        client: parts.client(req),
      })
      res.redirect(303, '/recover/method')
    })
}

export function addStartPages(router: Router, routeParts: StartRouteParts): void {
  const { parts, steps, stepPages } = routeParts
  addNamePage(router, routeParts)
  router
    .get('/recover/method', async (req, res) => {
      const flow = await steps.flowAt(req, res, beforeProof)
      if (!flow) return
      stepPages.show(req, res, flow, {
        id: 'recover-method',
        view: 'recovery/flow/method',
        locals: { choices: await listChoices(parts, methodFlowOf(flow, parts.clock.now())) },
      })
    })
    .get('/recover/link/:token', async (req, res) => {
      const about = { locale: req.locale, client: parts.client(req) }
      const keep = () => setNewFlowToken(parts, res)
      const opened = await openLink(parts, req.params.token, about, keep)
      if (!opened) return await showDeadResetLink(parts, req, res, req.params.token)
      res.redirect(303, newPasswordPath)
    })
}
