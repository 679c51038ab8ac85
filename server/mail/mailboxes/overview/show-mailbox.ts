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

interface Sizes {
  readonly quotaBytes?: number
  readonly usedBytes?: number | undefined
}

/** How much is full, from 0 to 100; above 90 the picture warns, unless the mailbox grows. */
function fillOf({ quotaBytes, usedBytes }: Sizes, { growsTo = 0 }: Space) {
  if (!quotaBytes || usedBytes === undefined) return undefined
  const percent = Math.min(100, Math.max(1, Math.round((usedBytes / quotaBytes) * 100)))
  const isFull = usedBytes >= quotaBytes
  const isNearlyFull = isFull || (percent > 90 && growsTo <= quotaBytes)
  return { percent, isNearlyFull, isFull }
}

export function mailboxSections(
  mailbox: ShownMailbox & Sizes,
  space: Space,
): readonly OverviewSection[] {
  const password = showPassword(mailbox)
  const state = password.text === 'passwordPending' ? 'wait' : 'good'
  const stateKind = { ready: 'good', 'needs-operator': 'bad' }[String(mailbox.state)] ?? 'wait'
  return [
    {
      rank: 100,
      view: 'mail/mailboxes/overview-password',
      locals: { password, state },
      tile: { state, name: 'account.mailbox.password' },
    },
    {
      rank: 105,
      view: 'mail/mailboxes/overview',
      locals: { mailbox, stateKind, space, fill: fillOf(mailbox, space) },
    },
  ]
}

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
    return mailboxSections(describeMailbox(progress), space)
  },
})
