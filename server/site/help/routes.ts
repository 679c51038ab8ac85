// The help pages, and the Apple profile that one of them offers.

import { type Request, type Response, Router } from 'express'
import { writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import { MalformedRequest, NotFound } from '#server/kit/pages/faults.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeMailServers, type MailServers } from '#server/mail/mail-programs/mail-servers.ts'
import { readOwnAddress } from '#server/mail/mail-programs/own-address.ts'
import { profileSigner } from '#server/mail/mail-programs/profile-signer.ts'
import { profileTexts } from '#server/mail/mail-programs/profile-texts.ts'
import type { SiteParts } from '../parts.ts'
import { helpFacts } from './facts.ts'
import { mailProgramsPage } from './mail-programs-page.ts'
import { helpTopics } from './topics.ts'

export function helpRoutes(parts: SiteParts): Router {
  const { settings, pages, methods } = parts
  const router = Router()
  const mailServers = describeMailServers(settings, settings.brandName)
  const facts = helpFacts(settings, mailServers)

  router.get('/help', (req, res) =>
    pages.show(req, res, { id: 'help-index', view: 'site/help/index' }),
  )

  for (const topic of helpTopics.filter((one) => one !== 'mail-programs')) {
    const ways = methods.offered.flatMap(({ help }) => help ?? [])
    const locals = { facts, ways }
    router.get(`/help/${topic}`, (req, res) =>
      pages.show(req, res, { id: `help-${topic}`, view: `site/help/${topic}`, locals }),
    )
  }

  // The service worker stores this page, so it names no account.
  router.get('/offline/:locale', (req, res) => {
    if (!isLocale(req.params.locale)) throw new NotFound('no such language')
    req.locale = req.params.locale
    req.scheme = 'system'
    pages.show(req, res, {
      id: 'offline',
      view: 'errors/problem',
      locals: { account: null, csrfToken: '', path: '/', href: '' },
    })
  })

  router.get('/help/mail-programs', (req, res) => showMailPrograms(parts, mailServers, req, res))

  const sign = profileSigner(settings)
  router.get('/help/mail-programs/apple.mobileconfig', async (req, res) => {
    const address = addressIn(req, mailServers)
    const owner = ownerOf(req)
    const own = owner?.address === address ? owner.id : undefined
    const from = { db: parts.db, title: mailServers.name }
    const texts = await profileTexts(from, pages.textsFor(req), own)
    const { renderAppleProfile } = await import('#server/mail/mail-programs/apple.ts')
    const profile = renderAppleProfile(mailServers, address, texts)
    if (profile === null) throw new NotFound('no profile without IMAP and SMTP')
    res.type('application/x-apple-aspen-config').send(await sign(profile))
  })

  router.get('/help/mail-programs/apple.svg', async (req, res) => {
    const query = new URLSearchParams({ address: addressIn(req, mailServers), lang: req.locale })
    const link = `${mailServers.baseUrl}/help/mail-programs/apple.mobileconfig?${query}`
    const { toString: draw } = await import('qrcode')
    res
      .type('image/svg+xml')
      .send(await draw(link, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 }))
  })
  return router
}

function showMailPrograms(
  { settings, pages, platform }: SiteParts,
  mailServers: MailServers,
  req: Request,
  res: Response,
): void {
  const t = pages.textsFor(req)
  const own = ownerOf(req)?.address ?? null
  const page = mailProgramsPage(mailServers, req.query, own, req.locale)
  const domain = mailServers.domains[0] ?? ''
  const params = { domain: writeDomain(domain) }
  const program = page.program && t(`help-mail-programs.program.${page.program}`)
  pages.show(req, res, {
    id: 'help-mail-programs',
    view: 'site/help/mail-programs',
    errors: page.refusal ? [{ field: 'address', reason: page.refusal, params }] : [],
    values: typeof req.query.address === 'string' ? { address: req.query.address } : {},
    locals: {
      ...page,
      title: program ? t('help-mail-programs.title-of', { program }) : undefined,
      shown: page.userName ?? `${t('help-mail-programs.address.sample')}@${domain}`,
      signedIn: own !== null,
      appPasswords: settings.appPasswordsOnly,
      tellsSignIns: platform.reportsSignIns === true,
    },
  })
}

function addressIn(req: Request, { domains }: MailServers): string {
  const read = readOwnAddress(req.query.address, domains)
  if (read.kind === 'ok') return read.address
  throw read.reason === 'foreign'
    ? new NotFound('not an address of ours')
    : new MalformedRequest('not an address')
}
