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
import type { MailParts } from '#server/mail/parts.ts'
import { cardOf } from './card.ts'
import { decideFilter, noteLooked } from './decide.ts'
import { type Decided, type Decision, findFilterWaiting, listHeldFilters } from './store.ts'

const page = '/account/filters'
const flashes = ['kept', 'removed', 'kept-before', 'removed-before', 'unread', 'looked'] as const
type Flash = (typeof flashes)[number]
const warnings: readonly (Flash | undefined)[] = ['kept-before', 'removed-before', 'unread']
const doneBy = { keep: 'kept', remove: 'removed' } as const

/** Security: An old page that contradicts a decision changes nothing and says so. */
function flashOf(decision: Decision, decided: Decided): Flash {
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

export function filterRoutes(parts: MailParts): Router {
  const { pages, db, clock, keyring, platform } = parts
  const signedIn = requireAccount(page)
  const fresh = requireFreshPassword(clock.now, page)

  const decide = (decision: Decision) => async (req: Request, res: Response) => {
    const id = String(req.params.id)
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new NotFound('no such filter')
    const [proof, client] = [proofOf(req), parts.client(req)]
    const decided = await decideFilter(parts, { proof, id, decision, client })
    setFlash(res, flashOf(decision, decided))
    res.redirect(303, page)
  }

  return Router()
    .get(page, signedIn, async (req, res) => {
      const { id } = accountOf(req)
      const { unheldSince, pending } = await findFilterWaiting(db, id)
      const held = await listHeldFilters(db, keyring, id)
      const flash = takeFlash(req, res, flashes)
      pages.show(req, res, {
        id: 'filters',
        view: 'mail/filters/filters',
        locals: {
          flash,
          flashKind: warnings.includes(flash) ? 'warning' : 'success',
          reachable: platform.filters !== undefined,
          unheldSince,
          pending,
          held: held.filter(({ decision }) => decision !== 'remove').map(cardOf),
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
