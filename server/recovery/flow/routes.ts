import { type Request, type Response, Router } from 'express'
import { deviceDigestOf, keepDevice } from '#server/accounts/sign-in/device-cookie.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { beginRecovery } from './begin-recovery.ts'
import { challengeFlow } from './challenge-flow.ts'
import { keepFlow } from './flow-cookie.ts'
import type { FlowState } from './flow-states.ts'
import { createFlowSteps, newPasswordPath } from './flow-steps.ts'
import { methodFlowOf } from './method-flow.ts'
import { openLink } from './open-link.ts'
import { proveFlow } from './prove-flow.ts'
import type { RecoveryMethod } from './recovery-method.ts'
import { endedWith, resetPassword, willWait } from './reset-password.ts'
import { createStepPages } from './step-pages.ts'
import type { Flow } from './store.ts'

const beforeProof: readonly FlowState[] = ['begun', 'asked']

/** How many codes or links had been asked for when the form was shown: a second click is known by it. */
const seenOf = (seen: string | undefined) =>
  /^\d{1,9}$/.test(seen ?? '') ? Number(seen) : undefined

export function recoveryRoutes(parts: WebParts): Router {
  const { pages, db, clock, settings, recoveryMethods: methods, client } = parts
  const steps = createStepPages(parts)
  const perNetwork = parts.limits.limit('recovery', {
    points: settings.limitRecoveriesPerIpHour,
    seconds: 3600,
  })

  const { flowOf, dueOf, flowAt, formFlowAt } = createFlowSteps(parts, steps)

  const showStart = (req: Request, res: Response, errors: FormError[] = [], anew = false) =>
    pages.show(req, res, {
      id: 'recover',
      view: 'recovery/flow/start',
      errors,
      sameForAll: errors.length === 0 && !anew,
      locals: { anew },
    })

  const showNewPassword = (req: Request, res: Response, flow: Flow, errors: FormError[] = []) =>
    steps.show(req, res, flow, {
      id: 'recover-new-password',
      view: 'recovery/flow/new-password',
      errors,
      locals: { address: flow.address, waits: willWait(parts, flow) },
    })

  const showDeadLink = (req: Request, res: Response) =>
    pages.show(req, res, {
      id: 'recover-link',
      view: 'recovery/flow/link',
      errors: [{ field: 'link', reason: 'dead', at: 'main' }],
    })

  /** A second click gets the answer of the first. Another password was not set, and is not said to be. */
  async function answerAgain(
    req: Request,
    res: Response,
    flow: Flow | undefined,
    typed: string,
  ): Promise<void> {
    const isEnded = flow?.state === 'done' || flow?.state === 'held'
    if (isEnded && !(await endedWith(parts, flow, typed)))
      return steps.show(req, res, flow, {
        id: 'recover-new-password',
        view: 'recovery/flow/done',
        errors: [
          { field: 'password', reason: 'set-already', params: { state: flow.state }, at: 'main' },
        ],
        locals: { takesEffectAt: flow.takesEffectAt },
      })
    res.redirect(303, dueOf(flow))
  }

  const tellWrong = (req: Request, field: string, what: string) =>
    parts.log.security({
      event: field === 'answer' ? 'answer.wrong' : 'code.wrong',
      ...askerOf(req),
      what,
    })

  const router = Router()
    .get('/recover', (req, res) =>
      showStart(req, res, [], takeFlash(req, res, ['anew']) === 'anew'),
    )
    .post('/recover', async (req, res) => {
      const { login } = readFields(req, ['login'])
      if (login.trim() === '') return showStart(req, res, [{ field: 'login', reason: 'missing' }])
      const network = networkOf(req.ip)
      await perNetwork.demand(network)
      const about = {
        login,
        device: deviceDigestOf(parts, req),
        network,
        locale: req.locale,
        client: client(req),
      }
      await beginRecovery(parts, { ...about, tokenHash: keepFlow(parts, res) })
      res.redirect(303, '/recover/method')
    })
    .get('/recover/method', async (req, res) => {
      const flow = await flowAt(req, res, beforeProof)
      if (!flow) return
      const doors = methods.map(({ id, pages: own }) => ({
        id,
        href: `/recover/${(own.challenge ?? own.proof).path}`,
      }))
      steps.show(req, res, flow, {
        id: 'recover-method',
        view: 'recovery/flow/method',
        locals: { doors },
      })
    })
    .get('/recover/link/:token', async (req, res) => {
      const about = { locale: req.locale, client: client(req) }
      const opened = await openLink(parts, req.params.token, about, () => keepFlow(parts, res))
      if (!opened) return showDeadLink(req, res)
      res.redirect(303, newPasswordPath)
    })
    .get(newPasswordPath, async (req, res) => {
      const flow = await flowAt(req, res, ['proven'])
      if (flow) showNewPassword(req, res, flow)
    })
    .post(newPasswordPath, async (req, res) => {
      const flow = await formFlowAt(req, res, ['proven', 'done', 'held'], 'recover-new-password')
      if (!flow) return
      const { password } = readFields(req, ['password'])
      if (flow.state !== 'proven') return await answerAgain(req, res, flow, password)
      const outcome = await resetPassword(parts, flow, password, client(req), () =>
        keepDevice(parts, req, res),
      )
      switch (outcome.kind) {
        case 'done':
        case 'held':
          return res.redirect(303, '/recover/done')
        case 'refused': {
          // A second click at the same moment, judged after the first had set the very password.
          const now = outcome.reason === 'same' ? await flowOf(req) : undefined
          if (now && now.state !== 'proven') return await answerAgain(req, res, now, password)
          return showNewPassword(req, res, flow, [{ field: 'password', reason: outcome.reason }])
        }
        case 'waits-already': {
          const now = await flowOf(req)
          if (now?.state === 'held') return await answerAgain(req, res, now, password)
          const params = { until: pages.formatsFor(req).dateTime(outcome.dueAt) }
          return showNewPassword(req, res, flow, [
            { field: 'password', reason: 'waits-already', params },
          ])
        }
        case 'dead-link':
          return showDeadLink(req, res)
        case 'moved':
          return await answerAgain(req, res, await flowOf(req), password)
        default:
          return assertNever(outcome)
      }
    })
    .get('/recover/done', async (req, res) => {
      const flow = await flowAt(req, res, ['done', 'held'])
      if (flow)
        steps.show(req, res, flow, {
          id: 'recover-done',
          view: 'recovery/flow/done',
          locals: { takesEffectAt: flow.takesEffectAt },
        })
    })
  for (const method of methods) addDoor(router, method)
  return router

  /** The pages of one method: the one that asks for a contact, where it has one, and the one that takes the proof. */
  function addDoor(to: Router, method: RecoveryMethod): void {
    const { challenge, proof } = method.pages
    const sendsOf = async (flow: Flow) =>
      (await method.sends?.(db, methodFlowOf(flow, clock.now()))) ?? 0
    const viewOf = (page: string) => `recovery/flow/${page.replace('recover-', '')}`

    async function showProof(
      req: Request,
      res: Response,
      flow: Flow,
      errors: FormError[] = [],
    ): Promise<void> {
      const locals = await method.describe(db, methodFlowOf(flow, clock.now()))
      if (!locals) return res.redirect(303, dueOf(flow))
      const shown = { ...locals, sends: await sendsOf(flow) }
      steps.show(req, res, flow, {
        id: proof.page,
        view: viewOf(proof.page),
        errors,
        locals: shown,
      })
    }

    to.get(`/recover/${proof.path}`, async (req, res) => {
      const flow = await flowAt(req, res, beforeProof)
      if (flow) await showProof(req, res, flow)
    })
    if (proof.field !== null) {
      const { field } = proof
      to.post(`/recover/${proof.path}`, async (req, res) => {
        const flow = await formFlowAt(req, res, beforeProof, proof.page)
        if (!flow) return
        const outcome = await proveFlow(parts, method, flow, readFields(req, [field])[field] ?? '')
        // A second click at the same moment was the faster one: this one finds the step that is due as well.
        const now = outcome.kind === 'proven' ? undefined : await flowOf(req)
        if (now && !beforeProof.includes(now.state)) return res.redirect(303, dueOf(now))
        if (outcome.kind === 'wait') throw new LimitReached(outcome.retryAfterSeconds)
        if (outcome.kind === 'refused') {
          if (outcome.reason === 'wrong') tellWrong(req, field, method.id)
          return await showProof(req, res, flow, [{ field, reason: outcome.reason }])
        }
        res.redirect(303, newPasswordPath)
      })
    }
    if (!challenge) return
    const { field, page } = challenge
    async function showForm(
      req: Request,
      res: Response,
      flow: Flow,
      values = {},
      errors: FormError[] = [],
    ) {
      const locals = { sends: await sendsOf(flow) }
      steps.show(req, res, flow, { id: page, view: viewOf(page), errors, values, locals })
    }
    to.get(`/recover/${challenge.path}`, async (req, res) => {
      const flow = await flowAt(req, res, beforeProof)
      if (flow) await showForm(req, res, flow)
    })
    to.post(`/recover/${challenge.path}`, async (req, res) => {
      const flow = await formFlowAt(req, res, beforeProof, challenge.page)
      if (!flow) return
      await perNetwork.demand(networkOf(req.ip))
      const form = readFields(req, [field, 'again', 'seen'])
      const typed = form[field] ?? ''
      const outcome = await challengeFlow(
        parts,
        method,
        flow,
        form.again ? null : typed,
        seenOf(form.seen),
      )
      switch (outcome.kind) {
        case 'asked':
          return res.redirect(303, `/recover/${proof.path}`)
        case 'refused':
          return showForm(req, res, flow, { [field]: typed }, [{ field, reason: outcome.reason }])
        case 'wait':
          // What was typed once more leads to the page of what is under way, which says when there can be another one.
          if (outcome.underWay && !form.again) return res.redirect(303, `/recover/${proof.path}`)
          // Whoever has been sent one code is led back to the page that takes it.
          throw new LimitReached(
            outcome.retryAfterSeconds,
            flow.asked === method.id ? `/recover/${proof.path}` : undefined,
          )
        case 'moved':
          return res.redirect(303, dueOf(await flowOf(req)))
        default:
          return assertNever(outcome)
      }
    })
  }
}
