// mailcow through its HTTP API.
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { type MailPlatform, PlatformError } from '../mail-platform.ts'
import { createRevisionGuard } from '../revision-guard.ts'
import { createAliases } from './aliases.ts'
import { createMailcowApi, type MailcowAccess } from './api.ts'
import { createAppPasswords } from './app-passwords.ts'
import { createConverge } from './converge.ts'
import { customAttributes, type MailcowMailbox, markOf, observedOf } from './record.ts'

export interface MailcowSettings extends Omit<MailcowAccess, 'timeoutMs'> {
  /** Domains that the portal serves. */
  readonly domains: readonly string[]
  readonly clock: Clock
  /** How long a removed mailbox is kept before `purge` deletes it. 30 days by default. */
  readonly quarantineDays?: number
  /** 20 s by default. */
  readonly timeoutMs?: number
}

export interface MailcowPlatform extends MailPlatform {
  /** Deletes removed mailboxes whose quarantine is over; mailcow keeps their files for some days more. @returns how many */
  purge(): Promise<number>
}

/**
 * mailcow shuts sign-in and reception, but not sending alone: `send` becomes `login`. Its API ends no session, so one that is open
 * stays open until the mail program signs in again. Quotas are whole MiB, rounded up.
 */
export function createMailcowPlatform(settings: MailcowSettings): MailcowPlatform {
  const { domains, clock, quarantineDays = 30, timeoutMs = 20_000 } = settings
  const api = createMailcowApi({ ...settings, timeoutMs })
  const aliases = createAliases(api, domains)
  const appPasswords = createAppPasswords(api)
  const guard = createRevisionGuard()
  const converge = createConverge({ api, aliases, guard })

  const mailboxesIn = (domain: string) =>
    api.all<MailcowMailbox>(`get/mailbox/all/${encodeURIComponent(domain)}`)

  return {
    id: 'mailcow',
    passwordFormat: 'argon2id',
    tellsUsedBytes: true,

    apply: (wanted) =>
      guard.inTurn(wanted.accountId, async () => {
        const outcome = await converge.apply(wanted)
        if (outcome.kind === 'applied')
          guard.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return outcome
      }),

    applyAppPasswords: ({ accountId, address, revision, passwords }) =>
      guard.inTurn(accountId, async () => {
        const { mailbox } = await converge.find({ accountId, address })
        const held = mailbox && markOf(mailbox)
        if (!held) throw new PlatformError('retry', 'app passwords came before their mailbox')
        if (revision < held.appPasswordsRevision)
          return { kind: 'superseded', revision: held.appPasswordsRevision }
        // The revision first: should this stop half-way, an older list that comes late finds that it is late.
        const attr = customAttributes({ ...held, appPasswordsRevision: revision }, mailbox)
        if (revision > held.appPasswordsRevision) {
          await api.post('edit/mailbox/custom-attribute', { items: [address], attr })
        }
        await appPasswords.sync(address, passwords)
        return { kind: 'applied', revision }
      }),

    // mailcow deletes for good, so the mailbox is shut and marked; `purge` deletes it when its quarantine is over.
    remove: (owned) =>
      guard.inTurn(owned.accountId, async () => {
        const { mailbox } = await converge.find(owned)
        const held = mailbox && markOf(mailbox)
        if (!held || held.removedOn) return
        const items = [mailbox.username]
        const removedOn = clock.now().toISOString().slice(0, 10)
        await api.post('edit/mailbox', { items, attr: { active: false } })
        await aliases.sync(mailbox.username, await aliases.plan(mailbox.username, []))
        // Last, since the mark says that all this is done.
        const attr = customAttributes({ ...held, removedOn }, mailbox)
        await api.post('edit/mailbox/custom-attribute', { items, attr })
        guard.note(owned.accountId, { revision: held.revision, removed: true })
      }),

    async endSessions() {},

    async *list() {
      const led = await aliases.byMailbox()
      for (const domain of domains) {
        for (const mailbox of await mailboxesIn(domain)) {
          if (!markOf(mailbox)?.removedOn)
            yield observedOf(mailbox, led.get(mailbox.username) ?? [])
        }
      }
    },

    async observe(address) {
      const mailbox = await converge.get(address)
      if (!mailbox || markOf(mailbox)?.removedOn) return undefined
      return observedOf(mailbox, (await aliases.byMailbox()).get(address) ?? [])
    },

    async purge() {
      const lastDay = new Date(clock.now().getTime() - quarantineDays * msPerDay)
        .toISOString()
        .slice(0, 10)
      let purged = 0
      for (const domain of domains) {
        for (const mailbox of await mailboxesIn(domain)) {
          const removedOn = markOf(mailbox)?.removedOn
          if (!removedOn || removedOn > lastDay) continue
          await api.post('delete/mailbox', [mailbox.username])
          purged += 1
        }
      }
      return purged
    },
  }
}
