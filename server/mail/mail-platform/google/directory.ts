// The Directory API calls that the portal needs, each ending in a value or a PlatformError.
import type { admin_directory_v1 } from '@googleapis/admin'
import { type Effect, errorOfStatus, errorOfTransport, tryLater } from '../http-outcome.ts'
import { PlatformError } from '../mail-platform.ts'
import type { ServiceAccount } from './service-account.ts'

export type GoogleUser = admin_directory_v1.Schema$User

export interface GoogleAccess {
  /** The service account's key file, as Google hands it out. It needs domain-wide delegation for `scopes`. */
  readonly serviceAccount: ServiceAccount
  /** Administrator in whose name the service account acts. */
  readonly administrator: string
  /** Another root for every call, the one for tokens too (`/token`). */
  readonly apiBase?: string | undefined
  readonly timeoutMs: number
}

/** What the service account must be allowed in the Admin console. */
export const scopes = [
  'https://www.googleapis.com/auth/admin.directory.user',
  'https://www.googleapis.com/auth/admin.directory.user.security',
]

/** `exists` is Google's 409: it holds such an entity, perhaps one that reads do not show yet. */
export type Written =
  | { readonly kind: 'done'; readonly user: GoogleUser }
  | { readonly kind: 'exists' }
  | { readonly kind: 'absent' }

export type GoogleDirectory = ReturnType<typeof createGoogleDirectory>

const fields = 'id,primaryEmail,suspended,aliases,externalIds,orgUnitPath'

export function createGoogleDirectory(access: GoogleAccess) {
  let loaded: Promise<admin_directory_v1.Admin> | undefined
  const load = () => (loaded ??= connect(access))

  const call = async <T>(
    effect: Effect,
    work: (admin: admin_directory_v1.Admin) => Promise<{ data: T }>,
  ) => {
    try {
      return { status: 200, data: (await work(await load())).data } as const
    } catch (cause) {
      const { status, headers, reason, detail } = answerIn(cause)
      if (status === undefined) throw errorOfTransport('Google', effect, cause)
      if (status === 404 || status === 409) return { status } as const
      // Google says "slow down" with 403 as well; the other 403s are missing rights.
      if (status === 403 && slowDown.has(reason))
        throw tryLater(`Google answered HTTP 403: ${detail}`)
      throw errorOfStatus('Google', effect, status, headers, detail)
    }
  }

  const written = async (
    work: (admin: admin_directory_v1.Admin) => Promise<{ data: unknown }>,
  ): Promise<Written> => {
    const answer = await call('write', work)
    if (answer.status === 200) return { kind: 'done', user: (answer.data ?? {}) as GoogleUser }
    return { kind: answer.status === 409 ? 'exists' : 'absent' }
  }

  return {
    /** By immutable id, primary address or alias. */
    async get(userKey: string): Promise<GoogleUser | undefined> {
      const answer = await call('read', ({ users }) =>
        users.get({ userKey, projection: 'full', fields }),
      )
      return answer.status === 200 ? answer.data : undefined
    },
    async page(params: {
      query?: string
      showDeleted?: string
      pageToken?: string
      maxResults: number
    }) {
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
      return {
        users: answer.data.users ?? [],
        nextPageToken: answer.data.nextPageToken ?? undefined,
      }
    },
    insert: (requestBody: GoogleUser) =>
      written(({ users }) => users.insert({ requestBody, fields })),
    patch: (userKey: string, requestBody: GoogleUser) =>
      written(({ users }) => users.patch({ userKey, requestBody, fields })),
    delete: (userKey: string) => written(({ users }) => users.delete({ userKey })),
    undelete: (userKey: string, orgUnitPath: string) =>
      written(({ users }) => users.undelete({ userKey, requestBody: { orgUnitPath } })),
    signOut: (userKey: string) => written(({ users }) => users.signOut({ userKey })),
    addAlias: (userKey: string, alias: string) =>
      written(({ users }) => users.aliases.insert({ userKey, requestBody: { alias } })),
    deleteAlias: (userKey: string, alias: string) =>
      written(({ users }) => users.aliases.delete({ userKey, alias })),
  }
}

/** Loaded at the first call: the library takes 30 MB, which portals on other platforms need not carry. */
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
  // The queue repeats calls, after reading what they did; a library that repeats them by itself would hide that.
  return admin({ version: 'directory_v1', auth: client, timeout: timeoutMs, retry: false, ...root })
}

type Transporter = {
  interceptors: {
    request: { add(one: { resolved(config: { url: URL }): Promise<never> }): unknown }
  }
}

/** The library knows a single token endpoint and no way to name another. */
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
