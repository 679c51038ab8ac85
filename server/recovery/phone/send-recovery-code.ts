// The worker's half of recovery by SMS: looks whose number it is, and sends the code or nothing.
import type { Db } from '#db/connection.ts'
import { lockAccount } from '#server/accounts/accounts/change-account.ts'
import { parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { ManagedMethods } from '../methods/managed-method.ts'
import { decideCode, holdCodeRequest } from './code-store.ts'
import type { SmsLimit, SmsPermit } from './sms-limit.ts'
import { findPhone } from './store.ts'

export const sendCodeTask = 'phone:send-recovery-code'

/** SAFETY: a code that opens a mailbox is longer than one that confirms a contact. */
export const codeDigits = 8

const shortWaitSeconds = 5

export interface SendCodeParts extends MessageParts {
  readonly db: Db
  readonly smsLimit: SmsLimit
  readonly methods: Pick<ManagedMethods, 'contactsOf'>
  readonly log: SecurityLog
}

/** May run twice: the request is answered once. Security: for any other number than the account's own the same rows are written. */
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
    // Security: a code that was asked for in an earlier epoch is not sent. The door comes first: a reset goes through it before it ends flows.
    const locked = await lockAccount(trx, { accountId, epoch }, 'allowed')
    // Held to the end, and counted in the same transaction: a worker that dies, or two at once, spend no budget on a code that is not sent.
    const request = await holdCodeRequest(trx, keyring, flowId)
    if (!request || request.decided || request.sends !== sends || request.expiresAt <= clock.now())
      return
    const account = locked.kind === 'locked' ? locked.account : undefined
    const own = await findPhone(trx, keyring, accountId)
    const all = await methods.contactsOf(trx, accountId)
    const matches = account && own?.canonical === request.e164 && givesWayBack(own, all)
    const permit = matches ? await askGuard(smsLimit.within(trx), request.e164) : undefined
    if (
      permit?.kind === 'refused' &&
      permit.reason === 'wait' &&
      permit.retryAfterSeconds <= shortWaitSeconds
    ) {
      // The page's wait began when the code was asked for, the guard's when it was sent: a moment later.
      const afterSeconds = permit.retryAfterSeconds
      return await enqueue(trx, sendCodeTask, { flowId, accountId, epoch, sends }, { afterSeconds })
    }
    // Nobody is told of it on a page: it would tell whose number it is.
    if (permit?.kind === 'refused')
      log.security({
        event: 'limit.reached',
        account: account?.address,
        what: `sms-${permit.reason}`,
      })
    const to = matches && permit?.kind === 'permitted' ? own.value : null
    // Security: a code that nobody was sent cannot be guessed either.
    if (!(await decideCode(trx, keyring, { flowId, sends, code: to === null ? newToken() : code })))
      return
    await sendMessage(trx, parts, {
      name: 'recovery-code',
      channel: 'sms',
      to,
      params: { code, expiresAt: request.expiresAt.toISOString() },
      locale: isLocale(account?.locale) ? account.locale : request.locale,
    })
  })
}

async function askGuard(smsLimit: SmsLimit, e164: string): Promise<SmsPermit | undefined> {
  const number = parsePhoneNumber(e164, { defaultCountry: 'ZZ' })
  return number.kind === 'ok' ? await smsLimit.permit(number, { confirmed: true }) : undefined
}
