// Yandex 360's services. Each call returns a value or throws a PlatformError.
import { type Effect, errorOfStatus, tryLater } from '../http-outcome.ts'
import { createJsonCaller, type JsonAnswer, type JsonCall } from '../json-call.ts'

export interface YandexAccess {
  readonly orgId: string
  /** Scopes: directory:read_users, directory:write_users, ya360_security:domain_sessions_write. */
  readonly token: string
  /** `https://api360.yandex.net`: takes all calls but the look-up by address. */
  readonly apiBase: string
  /** `https://cloud-api.yandex.net`: finds users by address. */
  readonly cloudApiBase: string
  readonly timeoutMs: number
}

export interface YandexUser {
  readonly id: string
  readonly email: string
  /** The part of the address before the @. */
  readonly nickname: string
  /** Only the parts before the @. */
  readonly aliases?: readonly string[]
  readonly externalId?: string
  readonly isEnabled?: boolean
  readonly isRobot?: boolean
}

export interface UserChange {
  readonly externalId: string
  readonly isEnabled: boolean
  readonly password?: string
  readonly passwordChangeRequired?: false
}

export interface NewYandexUser extends Omit<UserChange, 'isEnabled'> {
  readonly nickname: string
  readonly departmentId: number
  readonly name: { readonly first: string; readonly last: string }
  readonly password: string
}

/** `refused` may mean that the thing exists: Yandex documents no code for that. */
export type Written<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: Error }

export type YandexDirectory = ReturnType<typeof createYandexDirectory>

export function createYandexDirectory(access: YandexAccess) {
  const { call, attempt } = createCalls(access)
  const { orgId, cloudApiBase } = access
  const users = `/directory/v1/org/${orgId}/users`
  return {
    get: async (id: string) => (await call('GET', `${users}/${id}`)) as YandexUser | undefined,
    async idsAt(address: string): Promise<readonly string[]> {
      const query = new URLSearchParams({ email: address, limit: '10', offset: '0' })
      const path = `/v1/directory/organizations/${orgId}/users?${query}`
      const found = (await call('GET', path, undefined, cloudApiBase)) as Listed | undefined
      return (found?.users ?? found?.items ?? []).map((each) => String(each.id))
    },
    async page(page: number, perPage: number) {
      const answer = await call('GET', `${users}?page=${page}&perPage=${perPage}`)
      return answer as { users: readonly YandexUser[]; pages: number } | undefined
    },
    create: (user: NewYandexUser) => attempt<YandexUser>('POST', users, user),
    change: async (id: string, change: UserChange) =>
      (await call('PATCH', `${users}/${id}`, change)) as YandexUser | undefined,
    delete: (id: string) => call('DELETE', `${users}/${id}`),
    addAlias: (id: string, alias: string) =>
      attempt<unknown>('POST', `${users}/${id}/aliases`, { alias }),
    deleteAlias: (id: string, alias: string) =>
      call('DELETE', `${users}/${id}/aliases/${encodeURIComponent(alias)}`),
    logOut: (id: string) =>
      call('PUT', `/security/v1/org/${orgId}/domain_sessions/users/${id}/logout`),
  }
}

function createCalls({ apiBase, timeoutMs, token }: YandexAccess) {
  const callJson = createJsonCaller('Yandex 360', timeoutMs)
  const headers = { authorization: `OAuth ${token}` }
  const send = (method: JsonCall['method'], path: string, body: unknown, base: string) =>
    callJson({ method, url: new URL(path, base), headers, ...(body ? { body } : {}) })

  async function call(method: JsonCall['method'], path: string, body?: unknown, base = apiBase) {
    const answer = await send(method, path, body, base)
    if (answer.status === 404) return undefined
    if (answer.status >= 300) throw errorOf(method === 'GET' ? 'read' : 'write', answer)
    return answer.body
  }

  /** A write that may find its own result, if an answer was lost. */
  async function attempt<T>(
    method: JsonCall['method'],
    path: string,
    body?: unknown,
  ): Promise<Written<T>> {
    const answer = await send(method, path, body, apiBase)
    if (answer.status < 300) return { kind: 'done', value: answer.body as T }
    const error = errorOf('write', answer)
    if (!mayMeanExists.has(answer.status)) throw error
    // 409: Yandex shows a user that was just made only a little later.
    return { kind: 'refused', error: answer.status === 409 ? tryLater(error.message, 60) : error }
  }

  return { call, attempt }
}

type Listed = { users?: readonly { id: unknown }[]; items?: readonly { id: unknown }[] }

const mayMeanExists = new Set([400, 409, 422])

function errorOf(effect: Effect, { status, headers, body }: JsonAnswer) {
  const { code, message } = Object(body) as { code?: unknown; message?: unknown }
  const detail = [code, message].filter((each) => each !== undefined).join(' ')
  return errorOfStatus('Yandex 360', effect, status, headers, detail.slice(0, 200))
}
