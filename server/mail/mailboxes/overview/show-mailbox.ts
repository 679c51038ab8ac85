// What the overview shows the owner: the mailbox, its password and its space.
import { NotFound } from '#server/kit/pages/faults.ts'
import type { Overview, OverviewSection } from '#server/kit/pages/overview.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { type DescribedMailbox, describeMailbox } from '../describe-mailbox.ts'
import { refreshUsage } from '../measure-mailboxes.ts'
import { requestedQuota } from '../quota-rule.ts'
import { findMailboxProgress } from '../store.ts'

type PasswordFacts = Pick<
  DescribedMailbox,
  'passwordPending' | 'passwordWasChanged' | 'passwordLiveSince'
>

export interface ShownPassword {
  /** Key of the text under `account.mailbox`. */
  readonly text: string
  readonly since: Date | null
}

export function showPassword(mailbox: PasswordFacts): ShownPassword {
  const { passwordPending, passwordWasChanged, passwordLiveSince } = mailbox
  if (passwordPending && passwordWasChanged) return { text: 'passwordPending', since: null }
  if (passwordPending) return { text: 'passwordComing', since: null }
  if (passwordWasChanged) return { text: 'passwordLive', since: passwordLiveSince }
  return { text: 'passwordUnchanged', since: null }
}

export interface Space {
  /** New size in bytes, if the owner may ask for it. */
  readonly more?: number | undefined
  /** Bytes up to which the mailbox grows by itself. */
  readonly growsTo?: number | undefined
}

type ShownMailbox = PasswordFacts & Pick<DescribedMailbox, 'address' | 'state'>

export const mailboxSection = (
  mailbox: ShownMailbox & { readonly quotaBytes?: number; readonly usedBytes?: number | undefined },
  space: Space,
): OverviewSection => ({
  rank: 100,
  view: 'mail/mailboxes/overview',
  locals: { mailbox, password: showPassword(mailbox), space },
})

export const mailboxOverview = (parts: MailParts): Overview => ({
  flashes: ['space-grown'],
  async readSections(accountId) {
    const { db, settings } = parts
    const progress = await findMailboxProgress(db, accountId)
    if (!progress) throw new NotFound('an account without a mailbox')
    await refreshUsage(parts, accountId, progress)
    const space = {
      more: requestedQuota(progress, settings),
      growsTo: settings.quotaGrowth === 'auto' ? settings.quotaMaxBytes : undefined,
    }
    return [mailboxSection(describeMailbox(progress), space)]
  },
})
