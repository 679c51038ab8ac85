// Security headers of every answer.
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

/** What a middleware sets on every answer alike: asked once, because helmet would work it out anew for each. */
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

/** @param https whether people reach the portal by https */
export function securityHeaders(https: boolean): RequestHandler {
  const headers = [...headersOf(helmetFor(https))]
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
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        // data: the logo stands inside the style sheet, which saves a request.
        'img-src': ["'self'", 'data:'],
        'manifest-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'worker-src': ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
    // For programs that nobody has any more (Flash, Internet Explorer 8), or what browsers do by themselves over https.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
}

/** Security: pages are personal: no cache keeps them, and the back button after sign-out shows nothing. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  next()
}
