// mailcow's API as documented, for the calls that the portal makes. Prism checks their forms.
import { createHash } from 'node:crypto'
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts'

interface Mailbox {
  username: string
  domain: string
  active: number
  quota: number
  protocols: readonly string[]
  password: string
  tags: string[]
  custom: Record<string, string>
}

interface AppPassword {
  readonly id: number
  readonly name: string
  readonly mailbox: string
  readonly password: string
  readonly protocols: readonly string[]
}

/** Fields of the bodies of requests. */
interface Sent {
  readonly active?: boolean | number
  readonly quota?: number
  readonly password?: string
  readonly password2?: string
  readonly protocol_access?: readonly string[]
}

export interface FakeMailcow extends FakeHttp {
  readonly apiKey: string
  readonly mailboxes: Map<string, Mailbox>
  readonly aliases: { id: number; address: string; goto: string; domain: string }[]
  readonly appPasswords: AppPassword[]
  /** Whether the mailbox is on and an app password opens this protocol. */
  opensByAppPassword(address: string, secret: string, protocol: string): boolean
  /** Bytes in a mailbox. */
  fill(address: string, bytes: number): void
  /** Largest mailbox of the domain, in MiB. */
  maxQuota(mebibytes: number): void
}

const everyProtocol = ['imap', 'smtp', 'dav', 'eas', 'pop3', 'sieve'].map(
  (name) => `${name}_access`,
)

function takeOut(list: { readonly id: number }[], id: string): boolean {
  const index = list.findIndex((each) => String(each.id) === id)
  return index >= 0 && list.splice(index, 1).length === 1
}

const said = (type: 'success' | 'danger', ...msg: unknown[]): FakeAnswer => ({
  body: [{ type, log: ['mailbox', { password: '*' }, null], msg: msg.length > 1 ? msg : msg[0] }],
})

interface State {
  readonly domains: readonly string[]
  readonly mailboxes: Map<string, Mailbox>
  readonly aliases: FakeMailcow['aliases']
  readonly appPasswords: AppPassword[]
  readonly used: Map<string, number>
  lastId: number
  maxQuota: number
}

/** mailcow checks what is sent, even a verifier. */
const isComplex = (password: string) =>
  password.length >= 6 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password)
/** mailcow stores a text that begins with a known scheme as it is. */
const stored = (password: string) =>
  /^\{(ARGON2ID|SHA256)\}/.test(password) ? password : `{BLF-CRYPT}${password}`

const shown = (state: State, mailbox: Mailbox) => {
  const access = Object.fromEntries(
    ['imap', 'pop3', 'smtp', 'sieve'].map((name) => [
      `${name}_access`,
      mailbox.protocols.includes(name) ? '1' : '0',
    ]),
  )
  // PHP writes an empty map as an empty list.
  const custom = Object.keys(mailbox.custom).length > 0 ? mailbox.custom : []
  return {
    username: mailbox.username,
    local_part: mailbox.username.split('@')[0],
    name: mailbox.username.split('@')[0],
    domain: mailbox.domain,
    active: String(mailbox.active),
    active_int: mailbox.active,
    quota: mailbox.quota * 1_048_576,
    quota_used: state.used.get(mailbox.username) ?? 0,
    messages: 0,
    percent_in_use: 0,
    attributes: { force_pw_update: '0', ...access },
    custom_attributes: custom,
    ...(mailbox.tags.length > 0 ? { tags: mailbox.tags } : {}),
  }
}

const shownAppPassword = ({ id, name, mailbox, protocols }: AppPassword) => ({
  id,
  name,
  mailbox,
  domain: mailbox.split('@')[1],
  active: '1',
  created: '2026-11-22 12:00:00',
  modified: null,
  ...Object.fromEntries(everyProtocol.map((each) => [each, protocols.includes(each) ? '1' : '0'])),
})

function mailboxCalls(state: State) {
  const add = (
    body: Required<Sent> & { local_part: string; domain: string; tags: string[] },
  ): FakeAnswer => {
    const { local_part, domain, password, password2, quota, tags } = body
    const username = `${local_part}@${domain}`
    if (state.mailboxes.has(username)) return said('danger', 'object_exists', username)
    if (state.aliases.some((alias) => alias.address === username))
      return said('danger', 'is_alias', username)
    if (!state.domains.includes(domain)) return said('danger', 'domain_not_found', domain)
    if (!isComplex(password)) return said('danger', 'password_complexity')
    if (password !== password2) return said('danger', 'password_mismatch')
    if (quota > state.maxQuota) return said('danger', 'mailbox_quota_exceeded', state.maxQuota)
    state.mailboxes.set(username, {
      username,
      domain,
      tags,
      password: stored(password),
      custom: {},
      active: Number(body.active),
      quota,
      protocols: body.protocol_access,
    })
    return said('success', 'mailbox_added', username)
  }

  const edit = ({ items, attr }: { items: [string]; attr: Sent }): FakeAnswer => {
    const mailbox = state.mailboxes.get(items[0])
    if (!mailbox) return said('danger', 'access_denied')
    if (attr.quota !== undefined && attr.quota > state.maxQuota)
      return said('danger', 'mailbox_quota_exceeded', state.maxQuota)
    if (attr.password && !isComplex(attr.password)) return said('danger', 'password_complexity')
    if (attr.password !== attr.password2) return said('danger', 'password_mismatch')
    Object.assign(mailbox, {
      active: Number(attr.active ?? mailbox.active),
      quota: attr.quota ?? mailbox.quota,
      protocols: attr.protocol_access ?? mailbox.protocols,
      ...(attr.password ? { password: stored(attr.password) } : {}),
    })
    return said('success', 'mailbox_modified', mailbox.username)
  }

  return { add, edit }
}

function otherMailboxCalls(state: State) {
  const editCustom = ({
    items,
    attr,
  }: {
    items: [string]
    attr: { attribute: string[]; value: string[] }
  }): FakeAnswer => {
    const mailbox = state.mailboxes.get(items[0])
    if (!mailbox) return said('danger', 'access_denied')
    mailbox.custom = Object.fromEntries(
      attr.attribute.map((name, index) => [name, attr.value[index] ?? '']),
    )
    return said('success', 'mailbox_modified', mailbox.username)
  }

  const removeMailbox = ([username]: [string]): FakeAnswer =>
    state.mailboxes.delete(username)
      ? said('success', 'mailbox_removed', username)
      : said('danger', 'access_denied')

  return { editCustom, removeMailbox }
}

function aliasCalls(state: State) {
  const addAlias = ({ address, goto }: { address: string; goto: string }): FakeAnswer => {
    const isTaken =
      state.mailboxes.has(address) || state.aliases.some((alias) => alias.address === address)
    if (isTaken) return said('danger', 'is_alias_or_mailbox', address)
    state.aliases.push({ id: ++state.lastId, address, goto, domain: address.split('@')[1] ?? '' })
    return said('success', 'alias_added', address, state.lastId)
  }

  const removeAliases = (ids: readonly string[]): FakeAnswer => {
    for (const id of ids) if (!takeOut(state.aliases, id)) return said('danger', 'access_denied')
    return said('success', 'alias_removed', '')
  }

  return { addAlias, removeAliases }
}

function appPasswordCalls(state: State) {
  const addAppPassword = (body: {
    username: string
    app_name: string
    app_passwd: string
    app_passwd2: string
    protocols: string[]
  }): FakeAnswer => {
    const { username: mailbox, app_name: name, app_passwd: password, protocols } = body
    if (!state.mailboxes.has(mailbox)) return said('danger', 'access_denied')
    if (password !== body.app_passwd2) return said('danger', 'password_mismatch')
    if (!isComplex(password)) return said('danger', 'password_complexity')
    state.appPasswords.push({
      id: ++state.lastId,
      name,
      mailbox,
      password: stored(password),
      protocols,
    })
    return said('success', 'app_passwd_added')
  }

  const removeAppPasswords = (ids: readonly string[]): FakeAnswer => {
    for (const id of ids)
      if (!takeOut(state.appPasswords, id)) return said('danger', 'app_passwd_id_invalid')
    return said('success', 'app_passwd_removed', ids[0])
  }

  return { addAppPassword, removeAppPasswords }
}

function postsOf(state: State): Record<string, (body: never) => FakeAnswer> {
  const { add, edit } = mailboxCalls(state)
  const { editCustom, removeMailbox } = otherMailboxCalls(state)
  const { addAlias, removeAliases } = aliasCalls(state)
  const { addAppPassword, removeAppPasswords } = appPasswordCalls(state)
  return {
    'add/mailbox': add,
    'edit/mailbox': edit,
    'edit/mailbox/custom-attribute': editCustom,
    'delete/mailbox': removeMailbox,
    'add/alias': addAlias,
    'delete/alias': removeAliases,
    'add/app-passwd': addAppPassword,
    'delete/app-passwd': removeAppPasswords,
  }
}

function read(state: State, path: string, query: URLSearchParams): FakeAnswer {
  const tags = query.get('tags')?.split(',')
  const some = (list: unknown[]): FakeAnswer => ({ body: list.length > 0 ? list : {} })
  const [, kind, all, domain] = /^get\/(mailbox|alias|app-passwd)\/(all)\/(.+)$/.exec(path) ?? []
  if (kind === 'alias') {
    return some(
      state.aliases
        .filter((alias) => alias.domain === domain)
        .map((alias) => ({ active: '1', ...alias })),
    )
  }
  if (kind === 'app-passwd')
    return some(state.appPasswords.filter((each) => each.mailbox === domain).map(shownAppPassword))
  if (all) {
    const inDomain = [...state.mailboxes.values()].filter((mailbox) => mailbox.domain === domain)
    return some(
      inDomain
        .filter((each) => !tags || each.tags.some((tag) => tags.includes(tag)))
        .map((each) => shown(state, each)),
    )
  }
  const mailbox = state.mailboxes.get(path.replace('get/mailbox/', ''))
  return { body: mailbox ? shown(state, mailbox) : {} }
}

export async function startFakeMailcow(domains: readonly string[]): Promise<FakeMailcow> {
  const apiKey = '6F2B3C-A1B2C3-D4E5F6-112233-445566'
  const state: State = {
    domains,
    mailboxes: new Map(),
    aliases: [],
    appPasswords: [],
    used: new Map(),
    lastId: 0,
    maxQuota: 10_240,
  }
  const { mailboxes, aliases, appPasswords, used } = state
  const posts = postsOf(state)

  const route = (request: FakeRequest): FakeAnswer => {
    const { method, path, headers, query } = request
    if (headers['x-api-key'] !== apiKey)
      return { status: 401, body: { type: 'error', msg: 'authentication failed' } }
    const name = path.replace('/api/v1/', '')
    if (name.startsWith('get/'))
      return method === 'GET' ? read(state, name, query) : { status: 405 }
    const post = posts[name]
    if (!post) return { status: 404, body: { type: 'error', msg: 'route not found' } }
    return method === 'POST' ? post(request.body as never) : { status: 405 }
  }

  const fake = await startFakeHttp(route)
  return {
    ...fake,
    apiKey,
    mailboxes,
    aliases,
    appPasswords,
    opensByAppPassword: (address, secret, protocol) => {
      const verifier = `{SHA256}${createHash('sha256').update(secret).digest('base64')}`
      const opens = (each: AppPassword) =>
        each.mailbox === address &&
        each.password === verifier &&
        each.protocols.includes(`${protocol}_access`)
      return mailboxes.get(address)?.active === 1 && appPasswords.some(opens)
    },
    fill: (address, bytes) => used.set(address, bytes),
    maxQuota: (mebibytes) => {
      state.maxQuota = mebibytes
    },
  }
}
