// A Google Directory as documented, for the calls that the portal makes. Other calls are errors.
import { createVerify, generateKeyPairSync, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts'

const externalId = z.strictObject({
  type: z.literal('custom'),
  customType: z.string(),
  value: z.string(),
})
const fieldsOfUser = {
  primaryEmail: z.email(),
  password: z.string().min(8),
  hashFunction: z.literal('crypt').optional(),
  name: z.strictObject({
    givenName: z.string().min(1).max(60),
    familyName: z.string().min(1).max(60),
  }),
  suspended: z.boolean(),
  externalIds: z.array(externalId),
  orgUnitPath: z.string().startsWith('/'),
  changePasswordAtNextLogin: z.boolean(),
  includeInGlobalAddressList: z.boolean(),
}
const inserted = z
  .strictObject(fieldsOfUser)
  .partial({ suspended: true, externalIds: true, hashFunction: true })
const patched = z.strictObject(fieldsOfUser).partial()

type User = z.infer<typeof inserted> & {
  id: string
  aliases: string[]
  deleted: boolean
  /** Reads by which the user is not shown yet. */
  hiddenFor: number
}

export interface FakeGoogle extends FakeHttp {
  readonly serviceAccount: { client_email: string; private_key: string }
  readonly administrator: string
  readonly users: Map<string, User>
  readonly signedOut: string[]
  /** Each new user stays unseen for so many reads. */
  lag(reads: number): void
}

const base = '/admin/directory/v1/users'
const failure = (status: number, reason: string, message = reason): FakeAnswer => ({
  status,
  body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } },
})
const notFound = failure(404, 'notFound', 'Resource Not Found: userKey')
const duplicate = failure(409, 'duplicate', 'Entity already exists.')

interface State {
  readonly users: Map<string, User>
  readonly signedOut: string[]
  /** Only this token is accepted. */
  readonly token: string
  lag: number
}

const shown = (user: User) => ({
  kind: 'admin#directory#user',
  id: user.id,
  primaryEmail: user.primaryEmail,
  suspended: user.suspended ?? false,
  externalIds: user.externalIds,
  orgUnitPath: user.orgUnitPath,
  ...(user.aliases.length > 0 ? { aliases: user.aliases } : {}),
})

function lookUpsIn(state: State) {
  const live = () => [...state.users.values()].filter((user) => !user.deleted)
  const names = (user: User) => [user.primaryEmail, ...user.aliases]
  const byKey = (key: string) => live().find((user) => user.id === key || names(user).includes(key))
  const isShown = (user: User) => user.hiddenFor-- <= 0
  const isTaken = (address: string, except?: User) =>
    live().some((user) => user !== except && names(user).includes(address))
  return { names, byKey, isShown, isTaken }
}

function list(state: State, { query }: FakeRequest): FakeAnswer {
  const { names, isShown } = lookUpsIn(state)
  const [, field, value] =
    /^(externalId|email)=(.+)$/.exec(query.get('query')?.replaceAll("'", '') ?? '') ?? []
  const fits = (user: User) => {
    if (user.deleted !== (query.get('showDeleted') === 'true')) return false
    if (field === 'email') return names(user).includes(value ?? '')
    return field === undefined || user.externalIds?.some((each) => each.value === value) === true
  }
  const all = [...state.users.values()].filter(fits).filter(isShown)
  const start = Number(query.get('pageToken') ?? 0)
  const end = start + Number(query.get('maxResults') ?? 100)
  return {
    body: {
      users: all.slice(start, end).map(shown),
      ...(end < all.length ? { nextPageToken: String(end) } : {}),
    },
  }
}

function userCalls(state: State) {
  const { isTaken } = lookUpsIn(state)

  const insert = ({ body }: FakeRequest): FakeAnswer => {
    const user = inserted.parse(body)
    if (isTaken(user.primaryEmail)) return duplicate
    const id = String(100_000_000_000 + state.users.size)
    state.users.set(id, { ...user, id, aliases: [], deleted: false, hiddenFor: state.lag })
    return { body: shown(state.users.get(id) as User) }
  }

  const patch = (user: User, body: unknown): FakeAnswer => {
    const change = patched.parse(body)
    if (change.primaryEmail && isTaken(change.primaryEmail, user)) return duplicate
    // A renamed user keeps the old address as an alias.
    if (change.primaryEmail) user.aliases.push(user.primaryEmail)
    Object.assign(user, change)
    return { body: shown(user) }
  }

  const aliases = (user: User, { method, body }: FakeRequest, alias?: string): FakeAnswer => {
    if (method === 'POST') {
      const wanted = z.strictObject({ alias: z.email() }).parse(body).alias
      if (isTaken(wanted)) return duplicate
      user.aliases.push(wanted)
      return { body: { alias: wanted } }
    }
    if (!alias || !user.aliases.includes(alias)) return notFound
    user.aliases = user.aliases.filter((each) => each !== alias)
    return { status: 204 }
  }

  const undelete = (id: string, body: unknown): FakeAnswer => {
    z.strictObject({ orgUnitPath: z.string() }).parse(body)
    const user = state.users.get(id)
    if (!user?.deleted) return notFound
    if (isTaken(user.primaryEmail)) return failure(412, 'conditionNotMet')
    user.deleted = false
    return { status: 204 }
  }

  return { insert, patch, aliases, undelete }
}

function createRoute(state: State, grant: (request: FakeRequest) => FakeAnswer) {
  const { byKey, isShown } = lookUpsIn(state)
  const { insert, patch, aliases, undelete } = userCalls(state)
  const { signedOut, token } = state

  return (request: FakeRequest): FakeAnswer => {
    const { method, path, headers, body } = request
    if (method === 'POST' && path === '/token') return grant(request)
    if (headers.authorization !== `Bearer ${token}`)
      return failure(401, 'authError', 'Invalid Credentials')
    if (path === base) return method === 'POST' ? insert(request) : list(state, request)
    const [key = '', action, alias] = path.slice(base.length + 1).split('/')
    if (action === 'undelete') return undelete(key, body)
    const user = byKey(key)
    if (!user || (method === 'GET' && !isShown(user))) return notFound
    if (action === 'aliases') return aliases(user, request, alias)
    if (action === 'signOut') return { status: signedOut.push(user.primaryEmail) && 204 }
    if (method === 'GET') return { body: shown(user) }
    if (method === 'PATCH') return patch(user, body)
    if (method !== 'DELETE') return failure(405, 'methodNotAllowed')
    user.deleted = true
    return { status: 204 }
  }
}

export async function startFakeGoogle(): Promise<FakeGoogle> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const client_email = 'postern@project.iam.gserviceaccount.com'
  const administrator = 'admin@postern.example'
  const token = randomUUID()
  const state: State = { users: new Map(), signedOut: [], token, lag: 0 }

  const grant = ({ body }: FakeRequest): FakeAnswer => {
    const assertion = new URLSearchParams(String(body)).get('assertion') ?? ''
    const [header, claims, signature] = assertion.split('.')
    const verified = createVerify('RSA-SHA256')
      .update(`${header}.${claims}`)
      .verify(publicKey, signature ?? '', 'base64url')
    const { iss, sub, scope } = JSON.parse(
      Buffer.from(claims ?? '', 'base64url').toString() || '{}',
    )
    const right =
      verified &&
      iss === client_email &&
      sub === administrator &&
      /admin\.directory\.user\b/.test(scope)
    if (!right)
      return {
        status: 400,
        body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
      }
    return { body: { access_token: token, token_type: 'Bearer', expires_in: 3599 } }
  }

  const route = createRoute(state, grant)
  const fake = await startFakeHttp((request) => {
    try {
      return route(request)
    } catch (error) {
      return failure(400, 'invalid', String(error))
    }
  })
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    ...fake,
    serviceAccount: { client_email, private_key },
    administrator,
    users: state.users,
    signedOut: state.signedOut,
    lag: (reads) => {
      state.lag = reads
    },
  }
}
