// Logs each failed try, reached limit, refused right and act of staff.

import type { Request } from 'express'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { networkOf } from '../web/client.ts'
import type { Log } from './log.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** For the log: the mailbox that a request names without sign-in. */
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
  /** A mailbox's address. Only its digest is written. */
  readonly account?: string | undefined
  /** From `networkOf`. Only its digest is written. */
  readonly network?: string | undefined
  readonly request?: string
  readonly route?: string
  /** Why it came about, such as the missing right. Nothing that was typed. */
  readonly what?: string
  readonly status?: number
}

export interface SecurityLog {
  security(line: SecurityLine): void
}

export type WebLog = Log & SecurityLog

const digestLength = 16

// Security: The log names accounts and networks by digests that only SECRET_KEYS can make.
export function withSecurity(log: Log, keyring: Keyring): WebLog {
  const digest = (purpose: 'log.account' | 'log.network', value: string | undefined) => {
    if (value === undefined) return undefined
    return keyring.digest(purpose, value).toString('base64url').slice(0, digestLength)
  }
  const security = ({ event, account, network, ...words }: SecurityLine) => {
    const line = {
      event,
      account: digest('log.account', account),
      network: digest('log.network', network),
      ...words,
    }
    log.info(line, 'security')
  }
  return Object.assign(Object.create(log), { security })
}

export const routeOf = (req: Request): string =>
  typeof req.route?.path === 'string' ? `${req.baseUrl}${req.route.path}` : 'none'

export const askerOf = (
  req: Request,
): Pick<SecurityLine, 'account' | 'network' | 'request' | 'route'> => ({
  account: ownerOf(req)?.address ?? req.about,
  network: networkOf(req.ip),
  request: req.id,
  route: routeOf(req),
})
