// Yandex 360 as documented, for the calls that the portal makes. Other calls are errors.
import { z } from 'zod'
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts'

const password = z.string().regex(/^[\x20-\x7e]{8,255}$/)
const created = z.strictObject({
  nickname: z.string().regex(/^[a-z][a-z0-9._-]*$/),
  departmentId: z.int().min(1),
  name: z.strictObject({ first: z.string().min(1), last: z.string().min(1) }),
  externalId: z.string(),
  password,
  passwordChangeRequired: z.boolean(),
})
const changed = z
  .strictObject({
    externalId: z.string(),
    isEnabled: z.boolean(),
    password,
    passwordChangeRequired: z.boolean(),
  })
  .partial()

type User = z.infer<typeof created> & {
  id: string
  email: string
  aliases: string[]
  isEnabled: boolean
  isRobot: boolean
  /** Look-ups by address that do not show the user yet. */
  hiddenFor: number
}

export interface FakeYandex extends FakeHttp {
  readonly orgId: string
  readonly token: string
  readonly users: Map<string, User>
  readonly loggedOut: string[]
  /** Each new user stays unseen for so many look-ups. */
  lag(lookUps: number): void
  /** Status that "exists" is told with; the documentation names none. */
  duplicateStatus(status: number): void
}

const failure = (status: number, code: number, message: string): FakeAnswer => ({
  status,
  body: { code, message, details: [] },
})
const notFound = failure(404, 5, 'user not found')

interface State {
  readonly orgId: string
  readonly token: string
  readonly domain: string
  readonly users: Map<string, User>
  readonly loggedOut: string[]
  lag: number
  duplicateStatus: number
}

const names = (user: User) => [user.nickname, ...user.aliases]
const shown = ({ password: _password, hiddenFor: _hiddenFor, ...user }: User) => user

function readsOf(state: State) {
  const lookUp = ({ query }: FakeRequest): FakeAnswer => {
    const [name = '', where] = (query.get('email') ?? '').split('@')
    if (Number(query.get('offset')) % Number(query.get('limit')) !== 0)
      return failure(400, 3, 'offset')
    const found = [...state.users.values()].filter(
      (user) => where === state.domain && names(user).includes(name),
    )
    const seen = found.filter((user) => user.hiddenFor-- <= 0)
    // The newer host counts ids as numbers.
    return {
      body: {
        users: seen.map(({ id, email }) => ({ id: Number(id), email })),
        limit: 10,
        offset: 0,
      },
    }
  }

  const list = ({ query }: FakeRequest): FakeAnswer => {
    const [page, perPage] = [Number(query.get('page') ?? 1), Number(query.get('perPage') ?? 10)]
    if (perPage > 1000) return failure(400, 3, 'perPage')
    const all = [...state.users.values()].map(shown)
    const pages = Math.ceil(all.length / perPage)
    return {
      body: {
        users: all.slice((page - 1) * perPage, page * perPage),
        page,
        pages,
        perPage,
        total: all.length,
      },
    }
  }

  return { lookUp, list }
}

function writesOf(state: State) {
  const isTaken = (name: string) =>
    [...state.users.values()].some((user) => names(user).includes(name))
  const duplicate = () => failure(state.duplicateStatus, 6, 'user with this name already exists')

  const create = ({ body }: FakeRequest): FakeAnswer => {
    const user = created.parse(body)
    if (isTaken(user.nickname)) return duplicate()
    const id = String(1_130_000_000_000_000 + state.users.size)
    const email = `${user.nickname}@${state.domain}`
    state.users.set(id, {
      ...user,
      id,
      email,
      aliases: [],
      isEnabled: true,
      isRobot: false,
      hiddenFor: state.lag,
    })
    return { body: shown(state.users.get(id) as User) }
  }

  const change = (user: User, body: unknown): FakeAnswer => {
    Object.assign(user, changed.parse(body))
    return { body: shown(user) }
  }

  const aliases = (user: User, { method, body }: FakeRequest, alias?: string): FakeAnswer => {
    if (method === 'POST') {
      const wanted = z.strictObject({ alias: z.string().regex(/^[^@]+$/) }).parse(body).alias
      if (isTaken(wanted)) return duplicate()
      user.aliases.push(wanted)
      return { body: shown(user) }
    }
    if (!alias || !user.aliases.includes(alias)) return notFound
    user.aliases = user.aliases.filter((each) => each !== alias)
    return { body: { alias, removed: true } }
  }

  return { create, change, aliases }
}

function createRoute(state: State) {
  const { orgId, token, users, loggedOut } = state
  const { lookUp, list } = readsOf(state)
  const { create, change, aliases } = writesOf(state)

  return (request: FakeRequest): FakeAnswer => {
    const { method, path, headers, body } = request
    if (headers.authorization !== `OAuth ${token}`) return failure(401, 16, 'Unauthorized')
    if (method === 'GET' && path === `/v1/directory/organizations/${orgId}/users`)
      return lookUp(request)
    const logOut = new RegExp(
      `^/security/v1/org/${orgId}/domain_sessions/users/(\\d+)/logout$`,
    ).exec(path)
    const [, id = logOut?.[1], action, alias] =
      new RegExp(`^/directory/v1/org/${orgId}/users(?:/(\\d+)(?:/(aliases)(?:/([^/]+))?)?)?$`).exec(
        path,
      ) ?? []
    if (!id) return method === 'POST' ? create(request) : list(request)
    const user = users.get(id)
    if (!user) return notFound
    if (logOut) return { status: loggedOut.push(user.email) && 200, body: {} }
    if (action) return aliases(user, request, alias)
    if (method === 'GET') return { body: shown(user) }
    if (method === 'PATCH') return change(user, body)
    if (method !== 'DELETE') return failure(405, 12, 'method')
    users.delete(id)
    return { body: {} }
  }
}

export async function startFakeYandex(domain: string): Promise<FakeYandex> {
  const state: State = {
    orgId: '7654321',
    token: 'y0_token',
    domain,
    users: new Map(),
    loggedOut: [],
    lag: 0,
    duplicateStatus: 409,
  }
  const route = createRoute(state)
  const fake = await startFakeHttp((request) => {
    try {
      return route(request)
    } catch (error) {
      return failure(400, 3, String(error))
    }
  })
  return {
    ...fake,
    orgId: state.orgId,
    token: state.token,
    users: state.users,
    loggedOut: state.loggedOut,
    lag: (lookUps) => {
      state.lag = lookUps
    },
    duplicateStatus: (status) => {
      state.duplicateStatus = status
    },
  }
}
