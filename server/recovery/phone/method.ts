// Recovery by SMS: the number typed in full, then an 8-digit code.
import type { Db } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { parsePhoneNumber, writePhone } from '#server/core/identifiers/phone-number.ts'
import { newCode, parseCode, sameSecret } from '#server/core/keys/secrets.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import type { MessageParts } from '#server/kit/messages/send-message.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { ContactSettings } from '../contacts/settings.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import type { ManagedMethods } from '../methods/managed-method.ts'
import {
  type CodeRequest,
  countCodeTry,
  digestOfCode,
  findCodeRequest,
  numberOf,
  putCodeRequest,
  spendCode,
} from './code-store.ts'
import { codeDigits, sendCodeTask, sendRecoveryCode } from './send-recovery-code.ts'
import type { PhoneSettings } from './settings.ts'
import { createShownSmsLimit } from './shown-sms-limit.ts'
import type { SmsLimit } from './sms-limit.ts'
import { findPhone, markPhoneProven } from './store.ts'

export interface PhoneRecoveryParts extends MessageParts {
  readonly db: Db
  readonly smsLimit: SmsLimit
  readonly methods: Pick<ManagedMethods, 'contactsOf'>
  readonly log: SecurityLog
  readonly settings: Pick<
    PhoneSettings & ContactSettings & KitSettings,
    | 'codeMinutes'
    | 'defaultCountry'
    | 'limitCodeTries'
    | 'limitSmsPerNumberDay'
    | 'limitSmsWaitSeconds'
    | 'limitWrongCodesPerDay'
    | 'smsCountries'
  >
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const

export function phoneRecovery(parts: PhoneRecoveryParts): RecoveryMethod {
  const { keyring, settings } = parts
  const shownLimit = createShownSmsLimit(keyring, settings, 'recovery')
  const numbers = {
    defaultCountry: settings.defaultCountry,
    allowedCountries: settings.smsCountries,
  }
  const wrongPerDay = { points: settings.limitWrongCodesPerDay, seconds: 86_400 }

  // Security: strangers who do not know the number use up none of the tries of its owner. What they type can never be right.
  const wrongKeyOf = (limitKey: string, e164: string) =>
    keyring
      .digest('limits.recovery-wrong-codes', JSON.stringify([limitKey, e164]))
      .toString('base64url')

  const isUnderWay = (request: CodeRequest, e164: string, at: Date) =>
    request.e164 === e164 && request.expiresAt > at && request.tries < settings.limitCodeTries

  return {
    id: 'phone',
    strength: 'strong',
    pages: {
      challenge: { page: 'recover-sms', path: 'sms', field: 'phone' },
      proof: { page: 'recover-sms-code', path: 'sms/code', field: 'code' },
    },
    async describe(db, { id, askerKey, at }) {
      const request = await findCodeRequest(db, keyring, id)
      if (!request) return null
      const { wait, left } = await shownLimit.look(db, askerKey, request.e164)
      return {
        phone: writePhone(request.e164),
        digits: codeDigits,
        minutes: settings.codeMinutes,
        exhausted: request.tries >= settings.limitCodeTries,
        left,
        againAt: wait > 0 ? new Date(at.getTime() + wait * 1000) : null,
      }
    },
    sends: async (db, { id }) => (await findCodeRequest(db, keyring, id))?.sends ?? 0,
    async challenge(trx, flow, input, seen) {
      const parsed = input === null ? null : parsePhoneNumber(input, numbers)
      if (parsed?.kind === 'refused') return refused(parsed.reason)
      const request = await findCodeRequest(trx, keyring, flow.id)
      const e164 = parsed?.e164 ?? request?.e164
      if (e164 === undefined) return refused('missing')
      const underWay = request && isUnderWay(request, e164, flow.at) ? request : undefined
      // A second click: one was asked for since the form was shown.
      if (underWay && seen !== undefined && seen !== underWay.sends) return { kind: 'asked' }
      // Security: what others asked for is weighed by the worker's guard, in silence.
      const wait = await shownLimit.ask(trx, flow.askerKey, e164)
      if (wait > 0)
        return { kind: 'wait', retryAfterSeconds: wait, underWay: underWay !== undefined }
      const expiresAt = new Date(flow.at.getTime() + settings.codeMinutes * msPerMinute)
      const sends = await putCodeRequest(trx, keyring, {
        flowId: flow.id,
        e164,
        locale: flow.locale,
        at: flow.at,
        expiresAt,
      })
      // Security: the request does not look whose number it is: a worker does.
      await enqueue(trx, sendCodeTask, {
        flowId: flow.id,
        accountId: flow.accountId,
        epoch: flow.epoch,
        sends,
      })
      return { kind: 'asked' }
    },
    async prove(trx, flow, input) {
      if (input.trim() === '') return refused('missing')
      const code = parseCode(input, codeDigits)
      if (code === null) return refused('shape')
      const { id: flowId, at, limitKey } = flow
      const counted = await countCodeTry(trx, { flowId, at, triesAllowed: settings.limitCodeTries })
      if (!counted) return refused('dead')
      const wrongToday = createLimits(trx).limit('recovery-wrong-codes', wrongPerDay)
      const budget = wrongKeyOf(limitKey, numberOf(keyring, counted))
      const today = await wrongToday.count(budget)
      if (today.kind === 'full') return { kind: 'wait', retryAfterSeconds: today.retryAfterSeconds }
      const digest = digestOfCode(keyring, flowId, counted, code)
      if (!digest || !counted.digest || !sameSecret(digest, counted.digest)) return refused('wrong')
      if (!(await spendCode(trx, flowId, digest, at))) return refused('dead')
      await wrongToday.refund(budget)
      return { kind: 'right' }
    },
    async settle(trx, flow) {
      const phone = await findPhone(trx, keyring, flow.accountId)
      // Security: a number that was removed or replaced meanwhile proves nothing.
      if (!phone || phone.confirmedAt > flow.begunAt) return false
      if (!givesWayBack(phone, await parts.methods.contactsOf(trx, flow.accountId))) return false
      await markPhoneProven(trx, flow.accountId, flow.at)
      return phone.doubtful ? 'weak' : 'strong'
    },
    tasks: { [sendCodeTask]: (payload) => sendRecoveryCode(parts, payload, newCode(codeDigits)) },
  }
}
