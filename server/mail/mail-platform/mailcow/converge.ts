// Brings one mailcow mailbox to the wanted state: absent, present, in quarantine or half-made.
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionGuard } from '../revision-guard.ts'
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
  readonly guard: RevisionGuard
}

type Owned = Pick<WantedMailbox, 'accountId' | 'address'>

export function createConverge({ api, aliases, guard }: ConvergeParts) {
  const get = (address: string) =>
    api.one<MailcowMailbox>(`get/mailbox/${encodeURIComponent(address)}`)

  const find = async ({ accountId, address }: Owned) => {
    const there = await get(address)
    const isOwn = there !== undefined && markOf(there)?.accountId === accountId
    return { mailbox: isOwn ? there : undefined, isTaken: there !== undefined && !isOwn }
  }

  const assertNotMoved = async ({ accountId, address }: Owned) => {
    const [, domain = ''] = address.split('@')
    const path = `get/mailbox/all/${encodeURIComponent(domain)}?tags=${encodeURIComponent(tagOf(accountId))}`
    const moved = (await api.all<MailcowMailbox>(path)).find(
      (each) => markOf(each)?.accountId === accountId,
    )
    if (moved)
      throw new PlatformError(
        'permanent',
        `the mailbox was renamed to ${moved.username} in mailcow`,
      )
  }

  const mark = (
    { address, revision, suspension: level }: WantedMailbox,
    present?: MailcowMailbox,
  ) => {
    const appPasswordsRevision = (present && markOf(present)?.appPasswordsRevision) ?? 0
    return api.post('edit/mailbox/custom-attribute', {
      items: [address],
      attr: customAttributes({ revision, level, appPasswordsRevision }, present),
    })
  }

  const create = async (wanted: WantedMailbox): Promise<Applied> => {
    await assertNotMoved(wanted)
    const plan = await aliases.plan(wanted.address, wanted.aliases)
    const made = await api.attempt('add/mailbox', newMailbox(wanted))
    if (made.kind === 'refused') {
      if (!exists.has(made.code)) throw made.error
      const { mailbox } = await find(wanted)
      return mailbox ? update(wanted, mailbox) : refuseTaken()
    }
    await mark(wanted)
    await aliases.sync(wanted.address, plan)
    return { kind: 'applied', revision: wanted.revision }
  }

  const update = async (wanted: WantedMailbox, present: MailcowMailbox): Promise<Applied> => {
    const held = markOf(present)
    const newer = guard.newerThan(
      wanted.accountId,
      wanted.revision,
      held && { ...held, removed: !!held.removedOn },
    )
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    const plan = await aliases.plan(wanted.address, wanted.aliases)
    const password = wanted.password === null ? {} : passwordOf(wanted.password)
    // The revision first: should this stop half-way, an older call that comes late finds that it is late.
    await mark(wanted, present)
    await api.post('edit/mailbox', {
      items: [wanted.address],
      attr: { ...stateOf(wanted), ...password },
    })
    await aliases.sync(wanted.address, plan)
    return { kind: 'applied', revision: wanted.revision }
  }

  return {
    get,
    find,
    async apply(wanted: WantedMailbox): Promise<Applied> {
      const newer = guard.newerThan(wanted.accountId, wanted.revision)
      if (newer !== undefined) return { kind: 'superseded', revision: newer }
      const { mailbox, isTaken } = await find(wanted)
      if (isTaken) return refuseTaken()
      return mailbox ? update(wanted, mailbox) : create(wanted)
    },
  }
}

const exists = new Set(['object_exists', 'is_alias', 'is_spam_alias'])
