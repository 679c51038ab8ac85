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

/** Security: pages are personal: the back button after sign-out shows nothing. @param https whether people reach the portal by https */
export function securityHeaders(https: boolean): RequestHandler {
  // Security: no cache keeps an answer that does not say otherwise of itself.
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
    // Security: two years (hstspreload.org). Not for the names below ours, which the portal does not serve: a mail domain's
    // autoconfig, or another service of the operator, may have to answer without TLS.
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
    // For programs that nobody has any more (Flash, Internet Explorer 8), or what browsers do by themselves over https.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
}

/** What no page of ours asks a browser for. */
export const permissions: RequestHandler = (_req, res, next) => {
  res.setHeader(
    'Permissions-Policy',
    'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  )
  next()
}

/** Ends the answer with these bytes. Their number is told to HEAD as well, which Node alone would leave out. */
export function sendWhole(res: Response, bytes: Buffer): void {
  res.setHeader('Content-Length', bytes.length)
  res.end(bytes)
}
