// Tells mail programs their servers.
// Mount it before sessions and form tokens, which mail programs do not have.
import express, { Router } from 'express'
import { locales } from '#server/kit/i18n/texts.ts'
import { boundBody, formBytes } from '#server/kit/web/body-bound.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { describeMailServers } from './mail-servers.ts'
import { readOwnAddress } from './own-address.ts'

// Loaded with the first request, so that XML libraries do not slow down the start.
const loadThunderbird = () => import('./thunderbird.ts')
const loadOutlook = () => import('./outlook.ts')

export function mailProgramRoutes({
  settings,
  texts,
}: Pick<MailParts, 'settings' | 'texts'>): Router {
  const router = Router()
  const mailServers = describeMailServers(settings, settings.brandName)
  const titles = Object.fromEntries(
    locales.map((locale) => [locale, texts.t(locale, 'help-mail-programs.title')]),
  )

  router.get(
    ['/.well-known/autoconfig/mail/config-v1.1.xml', '/mail/config-v1.1.xml'],
    async (req, res) => {
      const asked = req.query.emailaddress
      const read = asked === undefined ? null : readOwnAddress(asked, mailServers.domains)
      if (read?.kind === 'refused')
        return void res.sendStatus(read.reason === 'foreign' ? 404 : 400)
      const { renderAutoconfig } = await loadThunderbird()
      // Everybody gets the same answer, so caches may keep it.
      res
        .set('Cache-Control', 'public, max-age=3600')
        .type('text/xml')
        .send(renderAutoconfig(mailServers, titles))
    },
  )

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
    .all((_req, res) => void res.set('Allow', 'POST').sendStatus(405))
  return router
}
