// mailcow's API as its documentation and pages describe it, for the calls that the portal makes. Whatever else is sent is an error.
import { z } from 'zod'
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts'

const state = {
  active: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  quota: z.int().min(0),
  protocol_access: z.array(z.enum(['imap', 'pop3', 'smtp', 'sieve'])),
  sogo_access: z.union([z.literal(0), z.literal(1)]),
}
const added = z.strictObject({
  local_part: z.string().regex(/^[a-z0-9._-]+$/),
  domain: z.string(),
  name: z.string(),
  authsource: z.literal('mailcow'),
  force_pw_update: z.literal(0),
  tags: z.array(z.string().regex(/^[^,]+$/)),
  password: z.string(),
  password2: z.string(),
  ...state,
})
const edited = z.strictObject({
  items: z.tuple([z.email()]),
  attr: z.strictObject({ ...state, password: z.string(), password2: z.string() }).partial(),
})
const attributed = z.strictObject({
  items: z.tuple([z.email()]),
  attr: z.strictObject({ attribute: z.array(z.string()), value: z.array(z.string()) }),
})
const aliased = z.strictObject({ address: z.email(), goto: z.email(), active: z.boolean() })

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

export interface FakeMailcow extends FakeHttp {
  readonly apiKey: string
  readonly mailboxes: Map<string, Mailbox>
  readonly aliases: { id: number; address: string; goto: string; domain: string }[]
  /** Largest mailbox of the domain, in MiB. */
  maxQuota(mebibytes: number): void
}

const said = (type: 'success' | 'danger', ...msg: unknown[]): FakeAnswer => ({
  body: [{ type, log: ['mailbox', { password: '*' }, null], msg: msg.length > 1 ? msg : msg[0] }],
})

export async function startFakeMailcow(domains: readonly string[]): Promise<FakeMailcow> {
  const apiKey = '6F2B3C-A1B2C3-D4E5F6-112233-445566'
  const mailboxes = new Map<string, Mailbox>()
  const aliases: FakeMailcow['aliases'] = []
  let aliasId = 0
  let maxQuota = 10_240

  const shown = (mailbox: Mailbox) => {
    const access = Object.fromEntries(
      ['imap', 'pop3', 'smtp', 'sieve'].map((name) => [`${name}_access`, mailbox.protocols.includes(name) ? '1' : '0']),
    )
    // PHP writes an empty map as an empty list.
    const custom = Object.keys(mailbox.custom).length > 0 ? mailbox.custom : []
    return {
      username: mailbox.username,
      domain: mailbox.domain,
      active: mailbox.active,
      active_int: mailbox.active,
      quota: mailbox.quota * 1_048_576,
      quota_used: 0,
      attributes: { force_pw_update: '0', ...access },
      custom_attributes: custom,
      ...(mailbox.tags.length > 0 ? { tags: mailbox.tags } : {}),
    }
  }

  /** Length and kinds of characters are checked on what is sent, be it a verifier or not. */
  const isComplex = (password: string) =>
    password.length >= 6 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password)
  /** A known scheme in front means that it is stored as it is. PHP's password_verify wants m,t,p. */
  const stored = (password: string) => (/^\{ARGON2ID\}/.test(password) ? password : `{BLF-CRYPT}${password}`)

  const add = ({ body }: FakeRequest): FakeAnswer => {
    const { local_part, domain, ...mailbox } = added.parse(body)
    const username = `${local_part}@${domain}`
    if (mailboxes.has(username)) return said('danger', 'object_exists', username)
    if (aliases.some((alias) => alias.address === username)) return said('danger', 'is_alias', username)
    if (!domains.includes(domain)) return said('danger', 'domain_not_found', domain)
    if (!isComplex(mailbox.password)) return said('danger', 'password_complexity')
    if (mailbox.password !== mailbox.password2) return said('danger', 'password_mismatch')
    if (mailbox.quota > maxQuota) return said('danger', 'mailbox_quota_exceeded', maxQuota)
    const { active, quota, protocol_access: protocols, tags } = mailbox
    const password = stored(mailbox.password)
    mailboxes.set(username, { username, domain, active, quota, protocols, tags, password, custom: {} })
    return said('success', 'mailbox_added', username)
  }

  const edit = ({ body }: FakeRequest): FakeAnswer => {
    const { items, attr } = edited.parse(body)
    const mailbox = mailboxes.get(items[0])
    if (!mailbox) return said('danger', 'access_denied')
    if (attr.quota !== undefined && attr.quota > maxQuota) return said('danger', 'mailbox_quota_exceeded', maxQuota)
    if (attr.password && !isComplex(attr.password)) return said('danger', 'password_complexity')
    if (attr.password !== attr.password2) return said('danger', 'password_mismatch')
    const { password, password2: _again, protocol_access: protocols = mailbox.protocols, ...rest } = attr
    Object.assign(mailbox, rest, { protocols }, password ? { password: stored(password) } : {})
    return said('success', 'mailbox_modified', mailbox.username)
  }

  const editCustom = ({ body }: FakeRequest): FakeAnswer => {
    const { items, attr } = attributed.parse(body)
    const mailbox = mailboxes.get(items[0])
    if (!mailbox) return said('danger', 'access_denied')
    mailbox.custom = Object.fromEntries(attr.attribute.map((name, index) => [name, attr.value[index] ?? '']))
    return said('success', 'mailbox_modified', mailbox.username)
  }

  const addAlias = ({ body }: FakeRequest): FakeAnswer => {
    const { address, goto } = aliased.parse(body)
    const isTaken = mailboxes.has(address) || aliases.some((alias) => alias.address === address)
    if (isTaken) return said('danger', 'is_alias_or_mailbox', address)
    aliases.push({ id: ++aliasId, address, goto, domain: address.split('@')[1] ?? '' })
    return said('success', 'alias_added', address, aliasId)
  }

  const removeAliases = ({ body }: FakeRequest): FakeAnswer => {
    for (const id of z.array(z.string()).parse(body)) {
      const index = aliases.findIndex((alias) => String(alias.id) === id)
      if (index < 0) return said('danger', 'access_denied')
      aliases.splice(index, 1)
    }
    return said('success', 'alias_removed', '')
  }

  const removeMailbox = ({ body }: FakeRequest): FakeAnswer => {
    const [username = ''] = z.tuple([z.email()]).parse(body)
    return mailboxes.delete(username) ? said('success', 'mailbox_removed', username) : said('danger', 'access_denied')
  }

  const posts: Record<string, (request: FakeRequest) => FakeAnswer> = {
    'add/mailbox': add,
    'edit/mailbox': edit,
    'edit/mailbox/custom-attribute': editCustom,
    'delete/mailbox': removeMailbox,
    'add/alias': addAlias,
    'delete/alias': removeAliases,
  }

  const read = (path: string, query: URLSearchParams): FakeAnswer => {
    const tags = query.get('tags')?.split(',')
    const some = (list: unknown[]): FakeAnswer => ({ body: list.length > 0 ? list : {} })
    const [, kind, all, domain] = /^get\/(mailbox|alias)\/(all)\/(.+)$/.exec(path) ?? []
    if (kind === 'alias') return some(aliases.filter((alias) => alias.domain === domain))
    if (all) {
      const inDomain = [...mailboxes.values()].filter((mailbox) => mailbox.domain === domain)
      return some(inDomain.filter((each) => !tags || each.tags.some((tag) => tags.includes(tag))).map(shown))
    }
    const mailbox = mailboxes.get(path.replace('get/mailbox/', ''))
    return { body: mailbox ? shown(mailbox) : {} }
  }

  const route = (request: FakeRequest): FakeAnswer => {
    const { method, path, headers, query } = request
    if (headers['x-api-key'] !== apiKey) return { status: 401, body: { type: 'error', msg: 'authentication failed' } }
    const name = path.replace('/api/v1/', '')
    if (name.startsWith('get/')) return method === 'GET' ? read(name, query) : { status: 405 }
    const post = posts[name]
    if (!post) return { status: 404, body: { type: 'error', msg: 'route not found' } }
    return method === 'POST' ? post(request) : { status: 405 }
  }

  const fake = await startFakeHttp((request) => {
    try {
      return route(request)
    } catch (error) {
      return { status: 400, body: { type: 'error', msg: String(error) } }
    }
  })
  return {
    ...fake,
    apiKey,
    mailboxes,
    aliases,
    maxQuota: (mebibytes) => {
      maxQuota = mebibytes
    },
  }
}
