import { type Request, type RequestHandler, type Response, Router } from 'express'
import {
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { handOver, letGo, takeOver } from '#server/kit/pages/shown-once.ts'
import { isHttps, type WebParts } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeMailServers, serversOf } from '#server/mail/mail-programs/mail-servers.ts'
import { profileSigner } from '#server/mail/mail-programs/profile-signer.ts'
import {
  appPasswordsAtMost,
  createAppPassword,
  keepOne,
  revokeEvery,
  revokeOne,
} from './change-app-passwords.ts'
import { readForm, services } from './read-form.ts'
import { type AppPassword, listAppPasswords, spendHandingOut } from './store.ts'

const page = '/account/app-passwords'
const idOf = (req: Request) => {
  const id = String(req.params.id)
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new NotFound('no such app password')
  return id
}

export function appPasswordRoutes(parts: WebParts): Router {
  const { pages, db, clock, keyring, settings, platform } = parts
  const once = { keyring, https: isHttps(settings), now: clock.now }
  const mailServers = describeMailServers(settings, settings.brandName)
  const hasProfile =
    serversOf(mailServers, 'imap').length > 0 && serversOf(mailServers, 'smtp').length > 0
  const sign = profileSigner(settings)
  const signedIn = requireAccount(page)
  const fresh = requireFreshPassword(clock.now, page)
  // Each is told to the owner by letter: nobody is to be flooded by their own mailbox.
  const made = parts.limits.limit('app-password.made', { points: 60, seconds: 86_400 })
  const ownerId = (req: Request) => ownerOf(req)?.id ?? ''

  // Where the platform knows no app passwords there is no such page.
  const offered: RequestHandler = (_req, _res, next) =>
    next(platform.applyAppPasswords ? undefined : new NotFound('no app passwords here'))

  const showForm = (req: Request, res: Response, errors: readonly FormError[] = [], values = {}) =>
    pages.show(req, res, {
      id: 'app-password-new',
      view: 'mail/app-passwords/new',
      errors,
      values: errors.length > 0 ? values : { imap: 'on', smtp: 'on' },
      locals: { services },
    })

  /** Security: what stops is shown before it does. */
  const showRevoking = (
    req: Request,
    res: Response,
    what: { ending: readonly AppPassword[]; all: boolean },
  ) =>
    pages.show(req, res, {
      id: 'app-password-revoke',
      view: 'mail/app-passwords/revoke',
      locals: { ...what, action: req.path },
    })

  return Router()
    .use(page, offered)
    .get(page, signedIn, async (req, res) => {
      const all = await listAppPasswords(db, ownerId(req))
      pages.show(req, res, {
        id: 'app-passwords',
        view: 'mail/app-passwords/list',
        locals: {
          flash: takeFlash(req, res, ['revoked', 'all-revoked', 'kept', 'revoked-before']),
          held: all.filter((each) => each.heldAt !== null),
          open: all.filter((each) => each.heldAt === null),
          told: platform.reportsSignIns === true,
          only: settings.appPasswordsOnly,
          full: all.length >= appPasswordsAtMost,
        },
      })
    })
    .get(`${page}/new`, requireAccount(), requireFreshPassword(clock.now), (req, res) =>
      showForm(req, res),
    )
    .post(`${page}/new`, requireAccount(), requireFreshPassword(clock.now), async (req, res) => {
      const fields = readFields(req, ['name', 'imap', 'pop3', 'smtp'])
      const read = readForm(fields)
      if (read.kind === 'refused') return showForm(req, res, read.errors, fields)
      const accountId = ownerId(req)
      await made.demand(accountId)
      const created = await createAppPassword(parts, {
        ...{ ...read, proof: proofOf(req), client: parts.client(req), form: formDigestOf(req) },
      })
      if (created.kind === 'full') {
        const params = { max: appPasswordsAtMost }
        return showForm(req, res, [{ field: 'name', reason: 'too-many', params }], fields)
      }
      handOver(once, res, { accountId, id: created.id, secret: created.secret })
      res.redirect(303, `${page}/created`)
    })
    .get(`${page}/created`, signedIn, async (req, res) => {
      const accountId = ownerId(req)
      const handed = takeOver(once, req, accountId)
      // Security: an app password is shown once.
      const shown =
        handed && (await spendHandingOut(db, accountId, handed.id, 'shown_at', clock.now()))
      if (!handed || !shown) return res.redirect(303, page)
      const made = (await listAppPasswords(db, accountId)).find(({ id }) => id === handed.id)
      const reads = made?.services.includes('imap') && made.services.includes('smtp')
      pages.show(req, res, {
        id: 'app-password-created',
        view: 'mail/app-passwords/created',
        locals: {
          made,
          secret: handed.secret,
          profile: hasProfile && reads ? `${page}/profile.mobileconfig` : null,
        },
      })
    })
    .get(`${page}/profile.mobileconfig`, signedIn, async (req, res) => {
      const owner = ownerOf(req)
      const handed = owner && takeOver(once, req, owner.id)
      const served =
        handed && (await spendHandingOut(db, owner.id, handed.id, 'profile_served_at', clock.now()))
      if (!handed || !served) return res.redirect(303, page)
      const { renderAppleProfile } = await import('#server/mail/mail-programs/apple.ts')
      const description = pages.textsFor(req)('help-mail-programs.profile.description')
      const texts = { title: mailServers.name, description }
      const profile = renderAppleProfile(
        mailServers,
        owner.address,
        texts,
        handed.secret.replaceAll(' ', ''),
      )
      if (profile === null) throw new NotFound('no profile without IMAP and SMTP')
      letGo(once, res)
      res.type('application/x-apple-aspen-config').send(await sign(profile))
    })
    .get(
      `${page}/revoke-all`,
      requireAccount(),
      requireFreshPassword(clock.now),
      async (req, res) => {
        const ending = await listAppPasswords(db, ownerId(req))
        if (ending.length === 0) return res.redirect(303, page)
        showRevoking(req, res, { ending, all: true })
      },
    )
    .post(`${page}/revoke-all`, signedIn, fresh, async (req, res) => {
      await revokeEvery(parts, { proof: proofOf(req), client: parts.client(req) })
      setFlash(res, 'all-revoked')
      res.redirect(303, page)
    })
    .get(
      `${page}/:id/revoke`,
      requireAccount(),
      requireFreshPassword(clock.now),
      async (req, res) => {
        const id = idOf(req)
        const ending = (await listAppPasswords(db, ownerId(req))).filter((each) => each.id === id)
        // Revoked meanwhile, or never theirs: both look the same.
        if (ending.length === 0) return res.redirect(303, page)
        showRevoking(req, res, { ending, all: false })
      },
    )
    .post(`${page}/:id/revoke`, signedIn, fresh, async (req, res) => {
      const standing = await revokeOne(parts, {
        proof: proofOf(req),
        id: idOf(req),
        client: parts.client(req),
      })
      if (standing === 'never-theirs') throw new NotFound('no such app password')
      setFlash(res, 'revoked')
      res.redirect(303, page)
    })
    .post(`${page}/:id/keep`, signedIn, fresh, async (req, res) => {
      const standing = await keepOne(parts, {
        proof: proofOf(req),
        id: idOf(req),
        client: parts.client(req),
      })
      if (standing === 'never-theirs') throw new NotFound('no such app password')
      setFlash(res, standing === 'opens' ? 'kept' : 'revoked-before')
      res.redirect(303, page)
    })
}
