// The worker's half of recovery by backup address: looks whose address it is, and mails the link or nothing.
import type { Db } from '#db/connection.ts'
import { lockAccount } from '#server/accounts/accounts/change-account.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { ManagedMethods } from '../methods/managed-method.ts'
import { decideLinkRequest, holdLinkRequest, putLink } from './link-store.ts'
import type { MailLimit } from './mail-limit.ts'
import { findBackupAddress } from './store.ts'

export const sendLinkTask = 'backup-address:send-recovery-link'

export interface SendLinkParts extends MessageParts {
  readonly db: Db
  readonly mailLimit: MailLimit
  readonly methods: Pick<ManagedMethods, 'contactsOf'>
  readonly log: SecurityLog
  readonly settings: { readonly linkMinutes: number }
}

/** Stands in for the mailbox in a message that is never sent. */
const nowhere = 'nobody@nowhere.example'

/** May run twice: the request is answered once. Security: for any other address than the account's own the same rows are written. */
export async function sendRecoveryLink(
  parts: SendLinkParts,
  payload: Record<string, unknown>,
): Promise<void> {
  const { db, keyring, clock, mailLimit, settings, log, methods } = parts
  const flowId = String(payload.flowId)
  const accountId = String(payload.accountId)
  const epoch = Number(payload.epoch)
  const sends = Number(payload.sends)
  // Security: a browser that signed in before has letters of its own, so that strangers cannot use up the owner's.
  const budget = String(payload.budgetKey ?? accountId)
  const token = newToken()
  await db.transaction(async (trx) => {
    // Security: a link that was asked for in an earlier epoch is not sent. The door comes first: a reset goes through it before it ends flows.
    const locked = await lockAccount(trx, { accountId, epoch }, 'allowed')
    // Held to the end, and counted in the same transaction: a worker that dies, or two at once, spend no budget on a link that is not sent.
    const request = await holdLinkRequest(trx, keyring, flowId)
    if (!request || request.decided || request.sends !== sends) return
    const account = locked.kind === 'locked' ? locked.account : undefined
    const own = await findBackupAddress(trx, keyring, accountId)
    const all = await methods.contactsOf(trx, accountId)
    const matches = account && own?.canonical === request.typed.canonical && givesWayBack(own, all)
    const permitted =
      matches && (await mailLimit.within(trx).permit('reset', [budget])).kind === 'permitted'
    // Nobody is told of it on a page: it would tell whose address it is.
    if (matches && !permitted)
      log.security({ event: 'limit.reached', account: account.address, what: 'reset-mails' })
    const at = clock.now()
    const expiresAt = new Date(at.getTime() + settings.linkMinutes * msPerMinute)
    if (!(await decideLinkRequest(trx, flowId, sends))) return
    if (permitted && locked.kind === 'locked')
      await putLink(locked.trx, { accountId, epoch, tokenHash: hashToken(token), at, expiresAt })
    await sendMessage(trx, parts, {
      name: 'recovery-link',
      channel: 'mail',
      // Security: to the stored address, never to the one that was typed.
      to: permitted ? own.value : null,
      params: {
        token,
        expiresAt: expiresAt.toISOString(),
        mailbox: account?.address ?? nowhere,
        at: at.toISOString(),
        ...request.typed.client,
      },
      locale: isLocale(account?.locale) ? account.locale : request.typed.locale,
    })
  })
}
