import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

/** helmet would compute the same headers for each answer, so they are computed once. */
function headersOf(middleware: ReturnType<typeof helmet>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const answer = {
    setHeader: (name: string, value: string) => void headers.set(name, value),
    removeHeader: (name: string) => void headers.delete(name),
  }
  middleware({} as never, answer as unknown as Response, (fault?: unknown) => {
    if (fault) throw fault
  })
  return headers
}

/** Security: Every page forbids caches, frames and foreign content. */
export function securityHeaders(https: boolean): RequestHandler {
  const headers = [...headersOf(helmetFor(https)), ['Cache-Control', 'no-store']] as const
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}

function helmetFor(https: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'font-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        // The logo is a data: address inside the style sheet, which saves a request.
        'img-src': ["'self'", 'data:'],
        'manifest-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'worker-src': ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    // Security: HSTS lasts two years, for this host alone, and only over https.
    // A subdomain may belong to another service that has no TLS.
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
    // These headers are for browsers that nobody uses any more, or repeat defaults.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
}

export const permissions: RequestHandler = (_req, res, next) => {
  res.setHeader(
    'Permissions-Policy',
    'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  )
  next()
}

/** Sets the length itself, because Node leaves it out of an answer to HEAD. */
export function sendWhole(res: Response, bytes: Buffer): void {
  res.setHeader('Content-Length', bytes.length)
  res.end(bytes)
}
