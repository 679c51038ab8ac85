// Keeps what was typed in a form that was not taken: refused, or sent after the session had ended.
// Short drafts lie sealed in a cookie, long ones in a row that the cookie names.
import type { Request, RequestHandler, Response } from 'express'
import type { Clock } from '#server/core/clock.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { networkOf } from '../web/client.ts'
import { cookieName } from '../web/cookies.ts'
import { type FormBond, formSecretOf } from '../web/csrf.ts'
import { onlyLooks } from '../web/dispatch.ts'
import { isHttps, type WebParts } from '../web/parts.ts'
import { ownerOf } from '../web/session-owner.ts'
import { findKept, type KeptFor, keep, keptMs } from './store.ts'
import { writtenOf } from './written-fields.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** Keeps what the form of the request holds, for the page at this path. */
    keepDraft?: (res: Response, draft: NewDraft) => Promise<void>
    /** What was typed before on the page that the request opens. */
    draft?: Readonly<Record<string, string>>
    /** After it was shown: from now on only a switch of the language shows it. */
    noteDraftShown?: (res: Response) => void
    dropDraft?: (res: Response) => void
  }
}

export interface NewDraft {
  /** The page that shows it. */
  readonly path: string
  /** By default the fields of the request. */
  readonly values?: Readonly<Record<string, string>>
  /** `language`: shown only if the next look switches the language or the colours. */
  readonly shownAt: 'next-look' | 'language'
}

interface Draft {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  /** Who was signed in. */
  readonly owner?: string | undefined
  /** What the form proves of its session, if that had ended. */
  readonly bond?: FormBond | undefined
  readonly until: number
}

/** The cookie: when it is shown, a tag of its page, and the draft or the token of its row. */
const cookieShape = /^(next-look|language)\.([\w-]{8})\.(.+)$/
const tagOf = (path: string) => hashToken(path).toString('base64url').slice(0, 8)

const purpose = 'web.draft'
const rowMark = 'row.'
const cookieChars = 3000
const rowsOfNetwork = { points: 30, seconds: 3600 }

/** Security: Nothing that was typed at the doors of recovery is kept. */
const isDoor = (path: string) => /^\/(?:recover|undo)(?:\/|$)/.test(path)

const isOfAccount = (path: string) => /^\/(?:account|staff)(?:\/|$)/.test(path)

type DraftParts = Pick<WebParts, 'db' | 'keyring' | 'limits' | 'settings' | 'log'> & {
  readonly clock: Clock
}

/** Security: A draft of somebody’s page is shown to nobody else who signs in in this browser. */
function isFor(req: Request, { path, owner, bond }: Draft): boolean {
  const reader = ownerOf(req)?.id
  if (owner !== undefined) return owner === reader
  if (!isOfAccount(path)) return true
  return reader !== undefined && bond !== undefined && req.isBondOf?.(bond, reader) === true
}

/** Whose long draft it is: that of the browser, by the secret of its forms. */
function keeperOf(req: Request, { settings }: DraftParts): KeptFor | undefined {
  const browser = formSecretOf(req, isHttps(settings))
  return browser === undefined ? undefined : { purpose, browser }
}

async function readDraft(
  parts: DraftParts,
  req: Request,
  value: string,
): Promise<Draft | undefined> {
  const { keyring, clock } = parts
  const keeper = keeperOf(req, parts)
  const token = value.startsWith(rowMark) ? value.slice(rowMark.length) : undefined
  try {
    const text =
      token === undefined
        ? keyring.open(purpose, value)
        : keeper && (await findKept(parts, keeper, token, clock.now()))
    return text === undefined ? undefined : (JSON.parse(text) as Draft)
  } catch {
    return undefined
  }
}

async function openDraft(parts: DraftParts, req: Request, value: string): Promise<void> {
  const draft = await readDraft(parts, req, value)
  if (!draft || draft.path !== req.path) return
  if (draft.until <= parts.clock.now().getTime()) return
  if (isFor(req, draft)) req.draft = draft.fields
}

function draftOf(req: Request, path: string, fields: Draft['fields'], now: Date): Draft {
  const owner = ownerOf(req)?.id
  const bond = owner === undefined ? req.formBond?.() : undefined
  return { path, fields, owner, bond, until: now.getTime() + keptMs }
}

export function drafts(parts: DraftParts): RequestHandler {
  const { keyring, clock, limits } = parts
  const secure = isHttps(parts.settings)
  const name = cookieName(secure, 'draft')
  const perNetwork = limits.limit('drafts', rowsOfNetwork)
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
  } as const

  const setCookie = (res: Response, value: string) =>
    void res.cookie(name, value, { ...cookie, maxAge: keptMs })

  async function storeLong(req: Request, token: string, content: string) {
    const keeper = keeperOf(req, parts)
    if (!keeper) return
    const room = await perNetwork.count(networkOf(req.ip))
    if (room.kind === 'full') return
    await keep(parts, keeper, { token, content, at: clock.now() })
  }

  async function keepDraft(
    req: Request,
    res: Response,
    { path, values, shownAt }: NewDraft,
  ): Promise<void> {
    const fields = writtenOf(values ?? req.body ?? {})
    if (isDoor(path) || Object.keys(fields).length === 0) return
    const draft = draftOf(req, path, fields, clock.now())
    const remember = (value: string) => setCookie(res, `${shownAt}.${tagOf(path)}.${value}`)
    const text = JSON.stringify(draft)
    const sealed = keyring.seal(purpose, text)
    if (sealed.length <= cookieChars) return void remember(sealed)
    const token = newToken()
    // Before the first wait: a page that is shown meanwhile sends the cookie.
    remember(rowMark + token)
    await storeLong(req, token, text)
  }

  return (req, res, next) => {
    const [, shownAt, tag, value = ''] = cookieShape.exec(req.cookies?.[name] ?? '') ?? []
    req.dropDraft = (on) => void on.clearCookie(name, cookie)
    if (!onlyLooks(req)) {
      req.keepDraft = (on, draft) => keepDraft(req, on, draft)
      // The form is sent again, so what was typed in it before is over.
      if (tag === tagOf(req.path)) req.dropDraft(res)
      return next()
    }
    const isDue = shownAt === 'next-look' || (req.query.lang ?? req.query.theme) !== undefined
    if (tag !== tagOf(req.path) || !isDue) return next()
    req.noteDraftShown = (on) => setCookie(on, `language.${tag}.${value}`)
    openDraft(parts, req, value).then(() => next(), next)
  }
}
