import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import {
  type Applied,
  type MailPlatform,
  type ObservedMailbox,
  PlatformError,
  type WantedAppPasswords,
} from '../mail-platform.ts'
import { createRevisionOrder } from '../revision-order.ts'
import { createAliases } from './aliases.ts'
import { createMailcowApi, type MailcowAccess } from './api.ts'
import { createAppPasswords } from './app-passwords.ts'
import { createConverge } from './converge.ts'
import { customAttributes, type MailcowMailbox, markOf, observedOf } from './record.ts'

export interface MailcowSettings extends Omit<MailcowAccess, 'timeoutMs'> {
  readonly domains: readonly string[]
  readonly clock: Clock
  /** How long a removed mailbox keeps its letters; 30 by default. */
  readonly quarantineDays?: number
  /** 20 s by default. */
  readonly timeoutMs?: number
}

export interface MailcowPlatform extends MailPlatform {
  /** mailcow keeps deleted files for some days more. @returns how many */
  purge(): Promise<number>
}

/**
 * mailcow cannot stop sending alone: `send` closes as much as `login`.
 * Its API ends no sessions. Quotas are rounded up to whole MiB.
 */
export function createMailcowPlatform(settings: MailcowSettings): MailcowPlatform {
  const parts = partsOf(settings)
  const { converge, order } = parts
  return {
    id: 'mailcow',
    passwordFormat: 'argon2id',
    reportsUsedBytes: true,
    apply: (wanted) =>
      order.inTurn(wanted.accountId, async () => {
        const outcome = await converge.apply(wanted)
        if (outcome.kind === 'applied')
          order.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return outcome
      }),
    applyAppPasswords: (wanted) =>
      order.inTurn(wanted.accountId, () => writeAppPasswords(parts, wanted)),
    remove: (owned) => order.inTurn(owned.accountId, () => quarantine(parts, owned)),
    async endSessions() {},
    list: () => listMailboxes(parts),
    observe: (address) => observe(parts, address),
    purge: () => purge(parts),
  }
}

type Parts = ReturnType<typeof partsOf>

function partsOf(settings: MailcowSettings) {
  const { domains, clock, quarantineDays = 30, timeoutMs = 20_000 } = settings
  const api = createMailcowApi({ ...settings, timeoutMs })
  const aliases = createAliases(api, domains)
  const order = createRevisionOrder()
  return {
    domains,
    clock,
    quarantineDays,
    api,
    aliases,
    order,
    appPasswords: createAppPasswords(api),
    converge: createConverge({ api, aliases, order }),
  }
}

const mailboxesIn = ({ api }: Parts, domain: string) =>
  api.all<MailcowMailbox>(`get/mailbox/all/${encodeURIComponent(domain)}`)

async function writeAppPasswords(
  { api, appPasswords, converge }: Parts,
  { accountId, address, revision, passwords }: WantedAppPasswords,
): Promise<Applied> {
  const { mailbox } = await converge.find({ accountId, address })
  const mark = mailbox && markOf(mailbox)
  if (!mark) throw new PlatformError('retry', 'app passwords came before their mailbox')
  const known = mark.appPasswordsRevision
  if (revision < known) return { kind: 'superseded', revision: known }
  // Revision first: if this call stops half-way, an older list is refused.
  const attr = customAttributes({ ...mark, appPasswordsRevision: revision }, mailbox)
  if (revision > known) await api.post('edit/mailbox/custom-attribute', { items: [address], attr })
  await appPasswords.sync(address, passwords)
  return { kind: 'applied', revision }
}

/** mailcow deletes for good, so `purge` does it later. */
async function quarantine(
  { api, aliases, clock, converge, order }: Parts,
  owned: { readonly accountId: string; readonly address: string },
): Promise<void> {
  const { mailbox } = await converge.find(owned)
  const mark = mailbox && markOf(mailbox)
  if (!mark || mark.removedOn) return
  const items = [mailbox.username]
  const removedOn = dayOf(clock.now())
  await api.post('edit/mailbox', { items, attr: { active: false } })
  await aliases.sync(mailbox.username, await aliases.plan(mailbox.username, []))
  // The mark comes last: with it, a repeated call does nothing more.
  const attr = customAttributes({ ...mark, removedOn }, mailbox)
  await api.post('edit/mailbox/custom-attribute', { items, attr })
  order.note(owned.accountId, { revision: mark.revision, removed: true })
}

async function* listMailboxes(parts: Parts): AsyncGenerator<ObservedMailbox> {
  const led = await parts.aliases.byMailbox()
  for (const domain of parts.domains) {
    for (const mailbox of await mailboxesIn(parts, domain)) {
      if (markOf(mailbox)?.removedOn) continue
      yield observedOf(mailbox, led.get(mailbox.username) ?? [])
    }
  }
}

async function observe(
  { aliases, converge }: Parts,
  address: string,
): Promise<ObservedMailbox | undefined> {
  const mailbox = await converge.get(address)
  if (!mailbox || markOf(mailbox)?.removedOn) return undefined
  return observedOf(mailbox, (await aliases.byMailbox()).get(address) ?? [])
}

async function purge(parts: Parts): Promise<number> {
  const { api, clock, domains, quarantineDays } = parts
  const lastDay = dayOf(new Date(clock.now().getTime() - quarantineDays * msPerDay))
  let purged = 0
  for (const domain of domains) {
    for (const mailbox of await mailboxesIn(parts, domain)) {
      const removedOn = markOf(mailbox)?.removedOn
      if (!removedOn || removedOn > lastDay) continue
      await api.post('delete/mailbox', [mailbox.username])
      purged += 1
    }
  }
  return purged
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10)
