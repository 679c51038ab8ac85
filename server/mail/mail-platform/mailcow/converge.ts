// Brings one mailcow mailbox to the wanted state, even if half-made.
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionOrder } from '../revision-order.ts'
import type { MailcowAliases } from './aliases.ts'
import type { MailcowApi } from './api.ts'
import {
  customAttributes,
  type MailcowMailbox,
  markOf,
  newMailbox,
  passwordOf,
  stateOf,
  tagOf,
} from './record.ts'

export interface ConvergeParts {
  readonly api: MailcowApi
  readonly aliases: MailcowAliases
  readonly order: RevisionOrder
}

type Owned = Pick<WantedMailbox, 'accountId' | 'address'>

export function createConverge(parts: ConvergeParts) {
  const { api, order } = parts
  return {
    get: (address: string) => getMailbox(api, address),
    find: (owned: Owned) => findMailbox(api, owned),
    async apply(wanted: WantedMailbox): Promise<Applied> {
      const newer = order.newerThan(wanted.accountId, wanted.revision)
      if (newer !== undefined) return { kind: 'superseded', revision: newer }
      const { mailbox, isTaken } = await findMailbox(api, wanted)
      if (isTaken) return refuseTaken()
      return mailbox ? update(parts, wanted, mailbox) : create(parts, wanted)
    },
  }
}

const getMailbox = (api: MailcowApi, address: string) =>
  api.one<MailcowMailbox>(`get/mailbox/${encodeURIComponent(address)}`)

async function findMailbox(api: MailcowApi, { accountId, address }: Owned) {
  const there = await getMailbox(api, address)
  const isOwn = there !== undefined && markOf(there)?.accountId === accountId
  return { mailbox: isOwn ? there : undefined, isTaken: there !== undefined && !isOwn }
}

async function assertNotMoved(api: MailcowApi, { accountId, address }: Owned): Promise<void> {
  const [, domain = ''] = address.split('@')
  const tag = encodeURIComponent(tagOf(accountId))
  const path = `get/mailbox/all/${encodeURIComponent(domain)}?tags=${tag}`
  const tagged = await api.all<MailcowMailbox>(path)
  const moved = tagged.find((each) => markOf(each)?.accountId === accountId)
  if (!moved) return
  const message = `the mailbox was renamed to ${moved.username} in mailcow`
  throw new PlatformError('permanent', message)
}

function setMark(api: MailcowApi, wanted: WantedMailbox, present?: MailcowMailbox) {
  const { address, revision, suspension: level } = wanted
  const appPasswordsRevision = (present && markOf(present)?.appPasswordsRevision) ?? 0
  return api.post('edit/mailbox/custom-attribute', {
    items: [address],
    attr: customAttributes({ revision, level, appPasswordsRevision }, present),
  })
}

const exists = new Set(['object_exists', 'is_alias', 'is_spam_alias'])

async function create(parts: ConvergeParts, wanted: WantedMailbox): Promise<Applied> {
  const { api, aliases } = parts
  await assertNotMoved(api, wanted)
  const plan = await aliases.plan(wanted.address, wanted.aliases)
  const made = await api.attempt('add/mailbox', newMailbox(wanted))
  if (made.kind === 'refused') {
    if (!exists.has(made.code)) throw made.error
    const { mailbox } = await findMailbox(api, wanted)
    return mailbox ? update(parts, wanted, mailbox) : refuseTaken()
  }
  await setMark(api, wanted)
  await aliases.sync(wanted.address, plan)
  return { kind: 'applied', revision: wanted.revision }
}

async function update(
  { api, aliases, order }: ConvergeParts,
  wanted: WantedMailbox,
  present: MailcowMailbox,
): Promise<Applied> {
  const { accountId, address, revision } = wanted
  const known = markOf(present)
  const seen = known && { ...known, removed: known.removedOn !== undefined }
  const newer = order.newerThan(accountId, revision, seen)
  if (newer !== undefined) return { kind: 'superseded', revision: newer }
  const plan = await aliases.plan(address, wanted.aliases)
  const password = wanted.password === null ? {} : passwordOf(wanted.password)
  // Revision first: if this call stops half-way, an older one is refused.
  await setMark(api, wanted, present)
  const attr = { ...stateOf(wanted), ...password }
  await api.post('edit/mailbox', { items: [address], attr })
  await aliases.sync(address, plan)
  return { kind: 'applied', revision }
}
