// The worker mails a recovery link if the account has the typed address.
import type { Db } from '#db/connection.ts'
import { lockAccount } from '#server/accounts/accounts/change-account.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import { givesWayBack } from '../contacts/contact.ts'
import { readGreeting } from '../contacts/greeting.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { decideLinkRequest, lockLinkRequest, putLink } from './link-store.ts'
import type { MailLimit } from './mail-limit.ts'
import { findBackupAddress } from './store.ts'

export const sendLinkTask = 'backup-address:send-recovery-link'

export interface SendLinkParts extends MessageParts {
  readonly db: Db
  readonly mailLimit: MailLimit
  readonly methods: Pick<RecoveryMethods, 'contactsOf'>
  readonly log: SecurityLog
  readonly settings: { readonly linkMinutes: number; readonly undoDays: number }
}

/** Stands in for the mailbox in a message that is never sent. */
const nowhere = 'nobody@nowhere.example'

/** Security: A contact of somebody else leaves the same rows as the right one. */
export async function sendRecoveryLink(
  parts: SendLinkParts,
  payload: Record<string, unknown>,
): Promise<void> {
  const { db, keyring, clock, mailLimit, settings, log, methods } = parts
  const flowId = String(payload.flowId)
  const accountId = String(payload.accountId)
  const epoch = Number(payload.epoch)
  const sends = Number(payload.sends)
  // Security: Strangers cannot use up the messages of a browser that signed in before.
  const asker = String(payload.budgetKey ?? accountId)
  const token = newToken()
  await db.transaction(async (trx) => {
    // Security: A link that was asked for in an earlier epoch is not sent.
    // The account is locked first, as a reset does it: one order avoids deadlocks.
    const locked = await lockAccount(trx, { accountId, epoch }, 'allowed')
    // In one transaction, so that two workers send one mail and a dying one counts none.
    const request = await lockLinkRequest(trx, keyring, flowId)
    if (!request || request.decided || request.sends !== sends) return
    const account = locked.kind === 'locked' ? locked.account : undefined
    const own = await findBackupAddress(trx, keyring, accountId)
    const all = await methods.contactsOf(trx, accountId)
    const matches = account && own?.canonical === request.typed.canonical && givesWayBack(own, all)
    const permit = matches ? await mailLimit.within(trx).permit('reset', [asker]) : undefined
    const permitted = matches && permit?.kind === 'permitted'
    // Only the log says this. A page would reveal whose address was typed.
    if (matches && !permitted)
      log.security({ event: 'limit.reached', account: account.address, what: 'reset-mails' })
    const at = clock.now()
    const expiresAt = new Date(at.getTime() + settings.linkMinutes * msPerMinute)
    if (!(await decideLinkRequest(trx, flowId, sends))) return
    if (permitted && locked.kind === 'locked')
      await putLink(locked.trx, { accountId, epoch, tokenHash: hashToken(token), at, expiresAt })
    const greet = await readGreeting(trx, parts, accountId, { contacts: all, at })
    await sendMessage(trx, parts, {
      name: 'recovery-link',
      channel: 'mail',
      // Security: A link is mailed to the stored address, never to the typed one.
      to: permitted ? own.value : null,
      greeted: permitted ? greet(own) : null,
      params: {
        token,
        expiresAt: expiresAt.toISOString(),
        mailbox: account?.address ?? nowhere,
        at: at.toISOString(),
        ...request.typed.client,
      },
      locale: isLocale(account?.locale) ? account.locale : request.typed.locale,
      ownerId: accountId,
    })
  })
}
