// Names that lead to the portal and are not that of BASE_URL.
import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'

export interface NamesOfThePortal {
  readonly baseUrl: string
  readonly mailDomains: readonly string[]
  readonly portalEnv: 'development' | 'production'
}

/** Decides whether a request came by another public name. Proxies and probes use inner names. */
export function createIsOtherName({ baseUrl, mailDomains, portalEnv }: NamesOfThePortal) {
  const own = new URL(baseUrl).hostname
  const isOfMail = (name: string) =>
    mailDomains.some((domain) => name === domain || name.endsWith(`.${domain}`))
  return (req: Request): boolean => {
    const name = domainNameOf(req.headers.host)
    if (name === undefined || name === own) return false
    // In development a browser may reach the portal by any name of this machine.
    return portalEnv === 'production' || isOfMail(name)
  }
}

// Security: Under another name than that of BASE_URL the portal answers programs alone.
// HSTS is for the host of BASE_URL: it would cut off another service of that name.
export function onlyPrograms(names: NamesOfThePortal, programs: RequestHandler): RequestHandler {
  const isOtherName = createIsOtherName(names)
  return (req, res, next) => {
    if (!isOtherName(req)) return next()
    res.removeHeader('Strict-Transport-Security')
    programs(req, res, (fault?: unknown) => {
      if (fault) return next(fault)
      res.redirect(308, names.baseUrl + pathOf(req.originalUrl))
    })
  }
}

/** Security: A redirect to BASE_URL leads nowhere else, whatever the request names. */
function pathOf(target: string): string {
  if (!URL.canParse(target, 'http://any.invalid')) return '/'
  const { pathname, search } = new URL(target, 'http://any.invalid')
  return pathname + search
}

const innerName = /\.(?:local|internal|localhost)$/

/** Undefined for an address, a name without a dot, and a name that is not for the public. */
function domainNameOf(host: string | undefined): string | undefined {
  const name = host?.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  if (!name?.includes('.') || isIP(name) || innerName.test(name)) return undefined
  return name
}
