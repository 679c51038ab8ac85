// Tells mail programs their servers.
// Mount it before sessions and form tokens, which mail programs do not have.
import express, { type RequestHandler, Router } from 'express'
import { locales } from '#server/kit/i18n/texts.ts'
import { boundBody, formBytes } from '#server/kit/web/body-bound.ts'
import { createIsOtherName } from '#server/kit/web/other-names.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { describeMailServers } from './mail-servers.ts'
import { judgeDomain, readOwnAddress, userNameOf } from './own-address.ts'

// Loaded with the first request, so that XML libraries do not slow down the start.
const loadThunderbird = () => import('./thunderbird.ts')
const loadOutlook = () => import('./outlook.ts')

export function mailProgramRoutes({
  settings,
  texts,
}: Pick<MailParts, 'settings' | 'texts'>): Router {
  const router = Router()
  const mailServers = describeMailServers(settings, settings.brandName)
  const isOtherName = createIsOtherName(settings)
  const titles = Object.fromEntries(
    locales.map((locale) => [locale, texts.t(locale, 'help-mail-programs.title')]),
  )

  const sendAutoconfig: RequestHandler = async (req, res) => {
    const asked = req.query.emailaddress
    const { kind } = judgeDomain(asked, mailServers.domains)
    if (kind === 'foreign' || kind === 'unreadable')
      return void res.sendStatus(kind === 'foreign' ? 404 : 400)
    const { renderAutoconfig } = await loadThunderbird()
    // The answer depends on the request alone, so caches may keep it.
    res
      .set('Cache-Control', 'public, max-age=3600')
      .type('text/xml')
      .send(renderAutoconfig(mailServers, titles, plainNameIn(asked, mailServers.domains)))
  }
  router
    .get('/.well-known/autoconfig/mail/config-v1.1.xml', sendAutoconfig)
    .get('/mail/config-v1.1.xml', sendAutoconfig)

  // Security: The request of Outlook is bounded before it is read.
  const body = boundBody(
    formBytes,
    express.raw({ type: () => true, limit: formBytes, inflate: false }),
  )
  router
    // Express ignores case in paths, and Outlook also asks for /Autodiscover/Autodiscover.xml.
    .route('/autodiscover/autodiscover.xml')
    .post(body, async (req, res) => {
      const { readAutodiscoverRequest, renderAutodiscover, renderAutodiscoverError } =
        await loadOutlook()
      const asked = readAutodiscoverRequest(
        Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0),
        mailServers.domains,
      )
      res.type('text/xml')
      if (asked.kind === 'ok') return void res.send(renderAutodiscover(mailServers, asked.address))
      res
        .status(asked.reason === 'unreadable' ? 400 : 404)
        .send(renderAutodiscoverError(asked.reason))
    })
    // Outlook asks `http://autodiscover.DOMAIN` where to POST. Only 302 will do ([MS-OXDISCO]).
    .get((req, res, next) => {
      if (!isOtherName(req)) return next()
      res.redirect(302, `${mailServers.baseUrl}/autodiscover/autodiscover.xml`)
    })
    .all((_req, res) => void res.set('Allow', 'POST').sendStatus(405))
  addOutlookJson(router, mailServers.domains)
  return router
}

function addOutlookJson(router: Router, domains: readonly string[]): void {
  const sendWhereToAsk: RequestHandler<{ address?: string }> = async (req, res) => {
    const { answerAutodiscoverJson } = await import('./outlook-json.ts')
    const { address } = req.params
    const query = { ...(address === undefined ? {} : { Email: address }), ...req.query }
    const { status, body } = answerAutodiscoverJson(query, domains)
    res.status(status).json(body)
  }
  router
    .get('/autodiscover/autodiscover.json', sendWhereToAsk)
    .get('/autodiscover/autodiscover.json/v1.0', sendWhereToAsk)
    .get('/autodiscover/autodiscover.json/v1.0/:address', sendWhereToAsk)
    // No page for the rest that Exchange would answer, such as autodiscover.svc.
    .all('/autodiscover/*rest', (_req, res) => void res.sendStatus(404))
}

/** The user name, if the program would fill in another one. */
function plainNameIn(asked: unknown, domains: readonly string[]): string | undefined {
  const [first] = [asked].flat()
  // In a query, a plus that is not encoded is a blank.
  const read = readOwnAddress(typeof first === 'string' && first.replaceAll(' ', '+'), domains)
  if (read.kind === 'refused') return undefined
  const userName = userNameOf(read.address)
  if (userName !== read.address) return userName
  // An international domain is filled in as it was typed, but mail servers know its A-label.
  // The name before it stays open: Evolution asks for EVOLUTIONUSER in everybody's place.
  return /[^\0-\x7f]/.test(String(first)) ? `%EMAILLOCALPART%@${read.domain}` : undefined
}
