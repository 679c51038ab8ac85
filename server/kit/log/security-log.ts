// One line for each failed try, reached limit, refused right and act of the staff, for those who
// watch the portal.

import type { Request } from 'express'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { networkOf } from '../web/client.ts'
import type { Log } from './log.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /**
     * Address of the mailbox that the request is about, where nobody is signed in to it. Only for
     * the log.
     */
    about?: string
  }
}

export interface SecurityLine {
  readonly event:
    | 'sign-in.failed'
    | 'sign-in.refused'
    | 'password.wrong'
    | 'code.wrong'
    | 'answer.wrong'
    | 'limit.reached'
    | 'right.refused'
    | 'staff.acted'
  /** Address of a mailbox; only a digest is written. */
  readonly account?: string | undefined
  /** As `networkOf` gives it; only a digest is written. */
  readonly network?: string | undefined
  /** Id of the request's own line. */
  readonly request?: string
  /** The pattern, never the address, which may carry a token. */
  readonly route?: string
  /** Words of our own: which limit, which right, why. */
  readonly what?: string
  readonly status?: number
}

export interface SecurityLog {
  security(line: SecurityLine): void
}

export type WebLog = Log & SecurityLog

/** 96 bits: two of a provider's accounts have one digest as good as never. */
const digestLength = 16

/**
 * Security: lines of one account or network are found by one digest, which only the holder of
 * SECRET_KEYS can make.
 */
export function withSecurity(log: Log, keyring: Keyring): WebLog {
  const digest = (purpose: 'log.account' | 'log.network', value: string | undefined) =>
    value === undefined
      ? undefined
      : keyring.digest(purpose, value).toString('base64url').slice(0, digestLength)
  const security = ({ event, account, network, ...words }: SecurityLine) => {
    const who = { account: digest('log.account', account), network: digest('log.network', network) }
    log.info({ event, ...who, ...words }, 'security')
  }
  return Object.assign(Object.create(log), { security })
}

export const routeOf = (req: Request): string =>
  typeof req.route?.path === 'string' ? `${req.baseUrl}${req.route.path}` : 'none'

/** Who asks, from where, for what. */
export const askerOf = (
  req: Request,
): Pick<SecurityLine, 'account' | 'network' | 'request' | 'route'> => ({
  account: ownerOf(req)?.address ?? req.about,
  network: networkOf(req.ip),
  request: req.id,
  route: routeOf(req),
})
