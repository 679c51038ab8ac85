import { type Request, type RequestHandler, type Response, Router } from 'express'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import {
  accountOf,
  requireAccount,
  startSession,
} from '#server/accounts/sessions/browser-session.ts'
import { keepDevice } from '#server/accounts/sessions/device-cookie.ts'
import type { NewSession } from '#server/accounts/sessions/store.ts'
import { forgetTypedName } from '#server/accounts/sessions/typed-name-cookie.ts'
import { createSignInLimits } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { completeSignIn } from '../sign-in/sign-in.ts'
import { describeForm, type OfferedNames } from './describe-form.ts'
import { describeWelcome } from './describe-welcome.ts'
import {
  judgeRegistration,
  type ShownName,
  type WantedAccount,
  type WantedName,
} from './judge-registration.ts'
import { freeNames, offerNames, takenName } from './offer-names.ts'
import type { RegistrationParts } from './parts.ts'
import { registerAccount } from './register-account.ts'
import { createRegistrationLimit } from './registration-limits.ts'
import { repeatRegistration } from './repeat-registration.ts'

function showForm(
  { pages, settings }: RegistrationParts,
  req: Request,
  res: Response,
  { login, domain }: ShownName,
  errors: readonly FormError[] = [],
  offer?: OfferedNames,
) {
  const { mailDomains, passwordMin } = settings
  pages.show(req, res, {
    id: 'register',
    view: 'access/registration/register',
    errors,
    values: { login, domain },
    sameForAll: errors.length === 0 && login === '' && domain === '',
    locals: { ...describeForm(mailDomains, domain, offer), passwordMin },
  })
}

type SignInAgain = (
  req: Request,
  wanted: WantedAccount,
  device: Buffer,
  client: ClientInfo,
) => Promise<boolean>

/** Returns a function that signs the browser in if it repeats a registration of its own. */
function signInRepetitions(access: RegistrationParts): SignInAgain {
  const { limits, keyring, settings } = access
  const { limitSignInFailures, limitSignInFailuresPerNetworkHour: ofNetwork } = settings
  const signInLimits = createSignInLimits(limits, keyring, limitSignInFailures, ofNetwork)
  const parts = { ...access, signInLimits }

  return async (req, wanted, device, client) => {
    const again = await repeatRegistration(parts, wanted, device, client, networkOf(req.ip))
    if (!again) return false
    const complete = (session: NewSession) => completeSignIn(parts, again, device, client, session)
    const proof = { accountId: again.account.id, epoch: again.account.epoch }
    await startSession(req, proof, client, access.clock.now(), { write: complete }).finally(
      again.leave,
    )
    return true
  }
}

function submitRegistration(parts: RegistrationParts): RequestHandler {
  const limit = createRegistrationLimit(parts)
  const signInAgain = signInRepetitions(parts)
  const keyOf = (name: WantedName) => addressOf(name.lookAlikeKey, name.domain)

  return async (req, res) => {
    const form = readFields(req, ['login', 'domain', 'password'])
    const judged = judgeRegistration(parts, form, req.locale)
    if (judged.kind === 'refused') {
      const mayLook = (name: WantedName) => limit.mayLook(req.ip, keyOf(name))
      const { refusals, offer } = await offerNames(parts, judged, mayLook)
      return showForm(parts, req, res, judged.shown, refusals, offer)
    }
    const { wanted, shown } = judged
    const client = parts.client(req)
    const device = keepDevice(parts, req, res)
    const isDone = () => signInAgain(req, wanted, device, client)
    const welcome = () => {
      forgetTypedName(parts, req, res)
      res.redirect(303, '/account/welcome')
    }
    if (await isDone()) return welcome()
    await limit.demand(req.ip, keyOf(wanted))
    const about = { locale: req.locale, client, device }
    const registered = await registerAccount(parts, wanted, about)
    if (registered.kind === 'taken') {
      // Perhaps the other one of two simultaneous clicks has taken the name.
      if (await isDone()) return welcome()
      return showForm(parts, req, res, shown, [takenName], await freeNames(parts, wanted))
    }
    const proof = { accountId: registered.accountId, epoch: firstEpoch }
    await startSession(req, proof, client, parts.clock.now())
    welcome()
  }
}

const welcome =
  ({ pages, db, clock, methods }: RegistrationParts): RequestHandler =>
  async (req, res) => {
    const { id } = accountOf(req)
    const progress = await findMailboxProgress(db, id)
    if (!progress) throw new NotFound('an account without a mailbox')
    const described = await methods.describe(db, id, clock.now())
    const locals = describeWelcome(describeMailbox(progress), described)
    pages.show(req, res, { id: 'welcome', view: 'access/registration/welcome', locals })
  }

export function registrationRoutes(parts: RegistrationParts): Router {
  return Router()
    .get('/register', (req, res) => {
      if (ownerOf(req)) return res.redirect(303, '/account')
      // The link of a suggestion carries name and domain.
      const { login, domain } = req.query
      showForm(parts, req, res, {
        login: typeof login === 'string' ? login.slice(0, 64) : '',
        domain: typeof domain === 'string' ? domain : '',
      })
    })
    .post('/register', submitRegistration(parts))
    .get('/account/welcome', requireAccount(), welcome(parts))
}
