import { type Request, type Response, Router } from 'express'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { decideFilter, noteLooked } from './decide.ts'
import { describeFilter, visible } from './describe-filter.ts'
import {
  type Decided,
  type Decision,
  findFilterWaiting,
  type HeldFilter,
  listHeldFilters,
} from './store.ts'

const page = '/account/filters'
/** Of the script itself, for those who can read it. */
const sourceAtMost = 20_000

function describeHeld({ id, name, heldAt, decision, problem, scripts }: HeldFilter) {
  const source = scripts?.map(({ text }) => text).join('\n\n')
  return {
    ...{ id, name: visible(name), heldAt, decision, problem },
    described: scripts ? describeFilter(scripts) : null,
    source: source && source.length <= sourceAtMost ? source : null,
  }
}

const told = ['kept', 'removed', 'kept-before', 'removed-before', 'unread', 'looked'] as const
const doneBy = { keep: 'kept', remove: 'removed' } as const

/** Security: whoever decides otherwise than before is told what stands, or they would trust a filter that is not as they think. */
function wordFor(decision: Decision, decided: Decided): (typeof told)[number] {
  switch (decided.kind) {
    case 'now':
      return doneBy[decision]
    case 'before':
      return decided.decision === decision ? doneBy[decision] : `${doneBy[decided.decision]}-before`
    case 'unread':
      return 'unread'
    case 'unknown':
      throw new NotFound('no such filter')
    default:
      return assertNever(decided)
  }
}

export function filterRoutes(parts: WebParts): Router {
  const { pages, db, clock, keyring, platform } = parts
  const signedIn = requireAccount(page)
  const fresh = requireFreshPassword(clock.now, page)

  const decide = (decision: Decision) => async (req: Request, res: Response) => {
    const id = String(req.params.id)
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new NotFound('no such filter')
    const decided = await decideFilter(parts, {
      proof: proofOf(req),
      id,
      decision,
      client: parts.client(req),
    })
    setFlash(res, wordFor(decision, decided))
    res.redirect(303, page)
  }

  return Router()
    .get(page, signedIn, async (req, res) => {
      const { id } = accountOf(req)
      const { unheldSince, pending } = await findFilterWaiting(db, id)
      const held = await listHeldFilters(db, keyring, id)
      pages.show(req, res, {
        id: 'filters',
        view: 'mail/filters/filters',
        locals: {
          flash: takeFlash(req, res, told),
          reachable: platform.filters !== undefined,
          unheldSince,
          pending,
          held: held.filter(({ decision }) => decision !== 'remove').map(describeHeld),
        },
      })
    })
    .post(`${page}/looked`, signedIn, fresh, async (req, res) => {
      await noteLooked(parts, proofOf(req))
      setFlash(res, 'looked')
      res.redirect(303, page)
    })
    .post(`${page}/:id/keep`, signedIn, fresh, decide('keep'))
    .post(`${page}/:id/remove`, signedIn, fresh, decide('remove'))
}
