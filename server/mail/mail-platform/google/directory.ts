// Google's Directory API. Each call returns a value or throws a PlatformError.
import type { admin_directory_v1 } from '@googleapis/admin'
import { type Effect, errorOfStatus, errorOfTransport, tryLater } from '../http-outcome.ts'
import { PlatformError } from '../mail-platform.ts'
import type { ServiceAccount } from './service-account.ts'

export type GoogleUser = admin_directory_v1.Schema$User

export interface GoogleAccess {
  /** Google must have delegated `scopes` to it for the whole domain. */
  readonly serviceAccount: ServiceAccount
  readonly administrator: string
  /** Replaces Google's address in every call, also for tokens (`/token`). */
  readonly apiBase?: string | undefined
  readonly timeoutMs: number
}

export const scopes = [
  'https://www.googleapis.com/auth/admin.directory.user',
  'https://www.googleapis.com/auth/admin.directory.user.security',
]

/** `exists`: Google answered 409, though a read may not show the user yet. */
export type Written =
  | { readonly kind: 'done'; readonly user: GoogleUser }
  | { readonly kind: 'exists' }
  | { readonly kind: 'absent' }

export type GoogleDirectory = ReturnType<typeof createGoogleDirectory>

const fields = 'id,primaryEmail,suspended,aliases,externalIds,orgUnitPath'

export function createGoogleDirectory(access: GoogleAccess) {
  const { call, write } = createCalls(access)
  return {
    /** @param userKey an immutable id, primary address or alias */
    async get(userKey: string): Promise<GoogleUser | undefined> {
      const answer = await call('read', ({ users }) =>
        users.get({ userKey, projection: 'full', fields }),
      )
      return answer.status === 200 ? answer.data : undefined
    },
    async page(params: Page) {
      const answer = await call('read', ({ users }) =>
        users.list({
          customer: 'my_customer',
          projection: 'full',
          fields: `nextPageToken,users(${fields})`,
          ...params,
        }),
      )
      if (answer.status !== 200)
        throw new PlatformError('permanent', `Google answered HTTP ${answer.status} to a list`)
      const { users = [], nextPageToken } = answer.data
      return { users, nextPageToken: nextPageToken ?? undefined }
    },
    insert: (requestBody: GoogleUser) =>
      write(({ users }) => users.insert({ requestBody, fields })),
    patch: (userKey: string, requestBody: GoogleUser) =>
      write(({ users }) => users.patch({ userKey, requestBody, fields })),
    delete: (userKey: string) => write(({ users }) => users.delete({ userKey })),
    undelete: (userKey: string, orgUnitPath: string) =>
      write(({ users }) => users.undelete({ userKey, requestBody: { orgUnitPath } })),
    signOut: (userKey: string) => write(({ users }) => users.signOut({ userKey })),
    addAlias: (userKey: string, alias: string) =>
      write(({ users }) => users.aliases.insert({ userKey, requestBody: { alias } })),
    deleteAlias: (userKey: string, alias: string) =>
      write(({ users }) => users.aliases.delete({ userKey, alias })),
  }
}

interface Page {
  readonly query?: string
  readonly showDeleted?: string
  readonly pageToken?: string
  readonly maxResults: number
}

type Work<T> = (admin: admin_directory_v1.Admin) => Promise<{ data: T }>

function createCalls(access: GoogleAccess) {
  let loaded: Promise<admin_directory_v1.Admin> | undefined
  const load = () => (loaded ??= connect(access))

  async function call<T>(effect: Effect, work: Work<T>) {
    try {
      return { status: 200, data: (await work(await load())).data } as const
    } catch (cause) {
      const { status, headers, reason, detail } = answerIn(cause)
      if (status === undefined) throw errorOfTransport('Google', effect, cause)
      if (status === 404 || status === 409) return { status } as const
      // Google sends 403 for its limits as well as for missing rights.
      if (status === 403 && slowDown.has(reason))
        throw tryLater(`Google answered HTTP 403: ${detail}`)
      throw errorOfStatus('Google', effect, status, headers, detail)
    }
  }

  async function write(work: Work<unknown>): Promise<Written> {
    const answer = await call('write', work)
    if (answer.status === 200) return { kind: 'done', user: (answer.data ?? {}) as GoogleUser }
    return { kind: answer.status === 409 ? 'exists' : 'absent' }
  }

  return { call, write }
}

/** The library takes 30 MB, so it is loaded at the first call. */
async function connect({ serviceAccount, administrator, apiBase, timeoutMs }: GoogleAccess) {
  const { admin, auth } = await import('@googleapis/admin')
  const client = new auth.JWT({
    email: serviceAccount.client_email,
    key: serviceAccount.private_key,
    subject: administrator,
    scopes,
    transporterOptions: { timeout: timeoutMs },
  })
  if (apiBase) redirectTokens(client.transporter, apiBase)
  const root = apiBase ? { rootUrl: apiBase } : {}
  // The portal's queue repeats calls, and reads the state before.
  return admin({ version: 'directory_v1', auth: client, timeout: timeoutMs, retry: false, ...root })
}

type Transporter = {
  interceptors: {
    request: { add(one: { resolved(config: { url: URL }): Promise<never> }): unknown }
  }
}

/** The library offers no setting for the token endpoint. */
function redirectTokens(transporter: unknown, apiBase: string): void {
  const resolved = async (config: { url: URL }) => {
    if (config.url.hostname === 'oauth2.googleapis.com') config.url = new URL('/token', apiBase)
    return config as never
  }
  ;(transporter as Transporter).interceptors.request.add({ resolved })
}

const slowDown = new Set([
  'userRateLimitExceeded',
  'rateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
])

function answerIn(cause: unknown) {
  const { response } = Object(cause) as {
    response?: { status: number; headers: Headers; data: unknown }
  }
  const { error } = Object(response?.data) as { error?: unknown }
  const { message, errors } = Object(error) as { message?: string; errors?: { reason?: string }[] }
  const reason = errors?.[0]?.reason ?? (typeof error === 'string' ? error : '')
  return {
    status: response?.status,
    headers: new Headers(response?.headers),
    reason,
    detail: `${reason} ${message ?? ''}`.trim(),
  }
}
