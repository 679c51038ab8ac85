import type { Request, Response } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import type { AccessParts } from '#server/access/parts.ts'
import { deviceDigestOf } from '#server/accounts/sessions/device-cookie.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { type SignedIn, type SignInParts, signIn } from './sign-in.ts'

export interface Authenticator {
  /** Judges the form of the request, and begins no session yet. */
  authenticate(req: Request, res: Response): Promise<SignedIn>
}

export function createAuthenticator(
  parts: SignInParts & Pick<AccessParts, 'settings'>,
  client: (req: Request) => ClientInfo,
): Authenticator {
  const own = new passport.Passport()
  own.use(
    new Strategy(
      {
        usernameField: 'login',
        passwordField: 'password',
        passReqToCallback: true,
        session: false,
      },
      (req, login, password, done) => {
        signIn(
          parts,
          { login, password },
          deviceDigestOf(parts, req),
          client(req),
          networkOf(req.ip),
        ).then((outcome) => done(null, outcome), done)
      },
    ),
  )
  return {
    authenticate: (req, res) =>
      new Promise((done, fail) => {
        const answer = (fault: unknown, outcome?: SignedIn | false) =>
          fault ? fail(fault) : done(outcome || { kind: 'wrong' })
        own.authenticate('local', { session: false }, answer)(req, res, fail)
      }),
  }
}
