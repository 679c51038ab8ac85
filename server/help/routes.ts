// The help pages, and what mail programs ask for to set themselves up.
import express, { type Request, type Response, Router } from 'express'
import { toString as drawQrCode } from 'qrcode'
import { locales } from '../i18n/texts.ts'
import { MalformedRequest, NotFound } from '../web/faults.ts'
import type { WebParts } from '../web/parts.ts'
import { ownerOf } from '../web/sessions.ts'
import { renderAppleProfile } from './apple.ts'
import { createProfileSigner } from './apple-signature.ts'
import { helpFacts } from './facts.ts'
import { mailProgramsPage } from './mail-programs-page.ts'
import { describeMailServers, type MailServers } from './mail-servers.ts'
import { readAutodiscoverRequest, renderAutodiscover, renderAutodiscoverError } from './outlook.ts'
import { readOwnAddress } from './own-address.ts'
import { renderAutoconfig } from './thunderbird.ts'
import { helpTopics } from './topics.ts'

export type HelpParts = Pick<WebParts, 'settings' | 'pages' | 'texts'>

/** Answers for programs. Stands before sessions, languages and form tokens: a program has none, and its answer needs none. */
export function mailProgramRoutes({ settings, texts }: Pick<HelpParts, 'settings' | 'texts'>): Router {
  const router = Router()
  const mailServers = describeMailServers(settings, settings.brandName)
  const titles = Object.fromEntries(locales.map((locale) => [locale, texts.t(locale, 'help-mail-programs.title')]))
  const autoconfig = renderAutoconfig(mailServers, titles)

  router.get(['/.well-known/autoconfig/mail/config-v1.1.xml', '/mail/config-v1.1.xml'], (req, res) => {
    const asked = req.query.emailaddress
    const read = asked === undefined ? null : readOwnAddress(asked, mailServers.domains)
    if (read?.kind === 'refused') return void res.sendStatus(read.reason === 'foreign' ? 404 : 400)
    // The same for everybody, so anybody's cache may keep it.
    res.set('Cache-Control', 'public, max-age=3600').type('text/xml').send(autoconfig)
  })

  // Security: the request of Outlook is bounded before it is read
  const body = express.raw({ type: () => true, limit: '16kb', inflate: false })
  router
    .route('/autodiscover/autodiscover.xml') // Paths match in any case: Outlook writes /Autodiscover/Autodiscover.xml too.
    .post(body, (req, res) => {
      const asked = readAutodiscoverRequest(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0), mailServers.domains)
      res.set('Cache-Control', 'no-store').type('text/xml')
      if (asked.kind === 'ok') return void res.send(renderAutodiscover(mailServers, asked.address))
      res.status(asked.reason === 'unreadable' ? 400 : 404).send(renderAutodiscoverError(asked.reason))
    })
    .all((_req, res) => void res.set('Allow', 'POST').sendStatus(405))
  return router
}

export function helpRoutes(parts: HelpParts): Router {
  const { settings, pages } = parts
  const router = Router()
  const mailServers = describeMailServers(settings, settings.brandName)
  const { profileCertificate, profileKey } = settings
  const sign = profileCertificate && profileKey ? createProfileSigner(profileCertificate, profileKey) : null
  const facts = helpFacts(settings, mailServers)

  router.get('/help', (req, res) =>
    pages.show(req, res, { id: 'help-index', view: 'help/index', locals: { topics: helpTopics } }),
  )

  for (const topic of helpTopics.filter((one) => one !== 'mail-programs')) {
    const locals = { facts, question: settings.securityQuestion }
    router.get(`/help/${topic}`, (req, res) =>
      pages.show(req, res, { id: `help-${topic}`, view: `help/${topic}`, locals }),
    )
  }

  router.get('/help/mail-programs', (req, res) => showMailPrograms(parts, mailServers, req, res))

  router.get('/help/mail-programs/apple.mobileconfig', async (req, res) => {
    const t = pages.textsFor(req)
    const texts = { title: mailServers.name, description: t('help-mail-programs.profile.description') }
    const profile = renderAppleProfile(mailServers, addressIn(req, mailServers), texts)
    if (profile === null) throw new NotFound('no profile without IMAP and SMTP')
    res.type('application/x-apple-aspen-config').send(sign ? await sign(profile) : Buffer.from(profile))
  })

  router.get('/help/mail-programs/apple.svg', async (req, res) => {
    const query = new URLSearchParams({ address: addressIn(req, mailServers), lang: req.locale })
    const link = `${mailServers.baseUrl}/help/mail-programs/apple.mobileconfig?${query}`
    res.type('image/svg+xml').send(await drawQrCode(link, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 }))
  })
  return router
}

function showMailPrograms({ settings, pages }: HelpParts, mailServers: MailServers, req: Request, res: Response): void {
  const t = pages.textsFor(req)
  const own = ownerOf(req)?.address ?? null
  const page = mailProgramsPage(mailServers, req.query, own, req.locale)
  const domain = mailServers.domains[0] ?? ''
  const program = page.program && t(`help-mail-programs.program.${page.program}`)
  pages.show(req, res, {
    id: 'help-mail-programs',
    view: 'help/mail-programs',
    errors: page.refusal ? [{ field: 'address', reason: page.refusal, params: { domain } }] : [],
    values: typeof req.query.address === 'string' ? { address: req.query.address } : {},
    locals: {
      ...page,
      title: program ? t('help-mail-programs.title-of', { program }) : undefined,
      shown: page.address ?? `${t('help-mail-programs.address.sample')}@${domain}`,
      signedIn: own !== null,
      appPasswords: settings.appPasswordsOnly,
    },
  })
}

function addressIn(req: Request, { domains }: MailServers): string {
  const read = readOwnAddress(req.query.address, domains)
  if (read.kind === 'ok') return read.address
  throw read.reason === 'foreign' ? new NotFound('not an address of ours') : new MalformedRequest('not an address')
}
