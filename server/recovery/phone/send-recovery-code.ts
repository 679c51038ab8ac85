// The worker sends a recovery code if the account has the typed number.
import type { Db } from '#db/connection.ts'
import { lockAccount } from '#server/accounts/accounts/change-account.ts'
import { parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { decideCode, lockCodeRequest } from './code-store.ts'
import type { SmsLimit, SmsPermit } from './sms-limit.ts'
import { findPhone } from './store.ts'

export const sendCodeTask = 'phone:send-recovery-code'

/** Longer than a code that confirms a contact, because this one opens a mailbox. */
export const codeDigits = 8

const shortWaitSeconds = 5

export interface SendCodeParts extends MessageParts {
  readonly db: Db
  readonly smsLimit: SmsLimit
  readonly methods: Pick<RecoveryMethods, 'contactsOf'>
  readonly log: SecurityLog
}

/** Security: A contact of somebody else leaves the same rows as the right one. */
export async function sendRecoveryCode(
  parts: SendCodeParts,
  payload: Record<string, unknown>,
  code: string,
): Promise<void> {
  const { db, keyring, smsLimit, clock, log, methods } = parts
  const flowId = String(payload.flowId)
  const accountId = String(payload.accountId)
  const epoch = Number(payload.epoch)
  const sends = Number(payload.sends)
  await db.transaction(async (trx) => {
    // Security: A code that was asked for in an earlier epoch is not sent.
    // The account is locked first, as a reset does it: one order avoids deadlocks.
    const locked = await lockAccount(trx, { accountId, epoch }, 'allowed')
    // In one transaction, so that two workers send one SMS and a dying one counts none.
    const request = await lockCodeRequest(trx, keyring, flowId)
    if (!request || request.decided || request.sends !== sends || request.expiresAt <= clock.now())
      return
    const account = locked.kind === 'locked' ? locked.account : undefined
    const own = await findPhone(trx, keyring, accountId)
    const all = await methods.contactsOf(trx, accountId)
    const matches = account && own?.canonical === request.e164 && givesWayBack(own, all)
    const permit = matches ? await askLimit(smsLimit.within(trx), request.e164) : undefined
    const afterSeconds = shortWaitOf(permit)
    if (afterSeconds !== undefined)
      return await enqueue(trx, sendCodeTask, { flowId, accountId, epoch, sends }, { afterSeconds })
    // Only the log says this. A page would reveal whose number was typed.
    if (permit?.kind === 'refused') {
      const what = `sms-${permit.reason}` as const
      log.security({ event: 'limit.reached', account: account?.address, what })
    }
    const to = matches && permit?.kind === 'permitted' ? own.value : null
    // Security: A code that nobody was sent cannot be guessed.
    const kept = to === null ? newToken() : code
    if (!(await decideCode(trx, keyring, { flowId, sends, code: kept }))) return
    await sendMessage(trx, parts, {
      name: 'recovery-code',
      channel: 'sms',
      to,
      params: { code, expiresAt: request.expiresAt.toISOString() },
      locale: isLocale(account?.locale) ? account.locale : request.locale,
      ownerId: accountId,
    })
  })
}

/** Pages count the wait from the click, the worker from the sending: seconds may be left. */
function shortWaitOf(permit: SmsPermit | undefined): number | undefined {
  if (permit?.kind !== 'refused' || permit.reason !== 'wait') return undefined
  const seconds = permit.retryAfterSeconds
  return seconds <= shortWaitSeconds ? seconds : undefined
}

async function askLimit(smsLimit: SmsLimit, e164: string): Promise<SmsPermit | undefined> {
  const number = parsePhoneNumber(e164, { defaultCountry: 'ZZ' })
  return number.kind === 'ok' ? await smsLimit.permit(number, { confirmed: true }) : undefined
}
