// Recovery by SMS: the visitor types the number in full and gets an 8-digit code.

import type { Db, Trx } from '#db/connection.ts'
import { msPerMinute, msPerSecond } from '#server/core/durations.ts'
import { parsePhoneNumber, writePhone } from '#server/core/identifiers/phone-number.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { newCode, parseCode, sameSecret } from '#server/core/keys/secrets.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import type { MessageParts } from '#server/kit/messages/send-message.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { ContactSettings } from '../contacts/settings.ts'
import type {
  ChallengeOutcome,
  MethodFlow,
  ProofOutcome,
  RecoveryMethod,
} from '../flow/recovery-method.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import {
  type CodeRequest,
  countCodeTry,
  digestOfCode,
  findCodeRequest,
  numberOf,
  putCodeRequest,
  spendCode,
} from './code-store.ts'
import { ownedPhone } from './owned-phone.ts'
import { codeDigits, sendCodeTask, sendRecoveryCode } from './send-recovery-code.ts'
import type { PhoneSettings } from './settings.ts'
import { createShownSmsLimit } from './shown-sms-limit.ts'
import type { SmsLimit } from './sms-limit.ts'
import { daySeconds } from './sms-waits.ts'
import { findPhone, markPhoneProven } from './store.ts'

export interface PhoneMethodParts extends MessageParts {
  readonly db: Db
  readonly smsLimit: SmsLimit
  readonly methods: Pick<RecoveryMethods, 'contactsOf'>
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

const shownLimitOf = ({ keyring, settings }: PhoneMethodParts) =>
  createShownSmsLimit(keyring, settings, 'recovery')

export function phoneMethod(parts: PhoneMethodParts): RecoveryMethod {
  const { keyring, settings } = parts
  return {
    ...ownedPhone(keyring),
    id: 'phone',
    isOffered: true,
    hold: 'never',
    strength: 'strong',
    help: { title: 'help-recovery.phone.title', text: 'help-recovery.phone.text' },
    pages: {
      rank: 2,
      challenge: { page: 'recover-sms', path: 'sms', field: 'phone' },
      proof: { page: 'recover-sms-code', path: 'sms/code', field: 'code' },
    },
    async showProof(db, { id, askerKey, at }) {
      const request = await findCodeRequest(db, keyring, id)
      if (!request) return null
      const { wait, left } = await shownLimitOf(parts).look(db, askerKey, request.e164)
      return {
        phone: writePhone(request.e164),
        digits: codeDigits,
        minutes: settings.codeMinutes,
        exhausted: request.tries >= settings.limitCodeTries,
        left,
        againAt: wait > 0 ? new Date(at.getTime() + wait * msPerSecond) : null,
      }
    },
    sends: async (db, { id }) => (await findCodeRequest(db, keyring, id))?.sends ?? 0,
    challenge: (trx, flow, input, seen) => askForCode(parts, trx, flow, { input, seen }),
    prove: (trx, flow, input) => proveCode(parts, trx, flow, input),
    async settle(trx, { accountId, begunAt, at }) {
      const phone = await findPhone(trx, keyring, accountId)
      // Security: A phone set, replaced or removed since the flow began proves nothing.
      if (!phone || phone.confirmedAt > begunAt) return false
      if (!givesWayBack(phone, await parts.methods.contactsOf(trx, accountId))) return false
      await markPhoneProven(trx, accountId, at)
      return phone.doubtful ? 'weak' : 'strong'
    },
    tasks: { [sendCodeTask]: (payload) => sendRecoveryCode(parts, payload, newCode(codeDigits)) },
  }
}

async function askForCode(
  parts: PhoneMethodParts,
  trx: Trx,
  flow: MethodFlow,
  { input, seen }: { readonly input: string | null; readonly seen: number | undefined },
): Promise<ChallengeOutcome> {
  const { keyring, settings } = parts
  const { id: flowId, accountId, epoch, locale, at } = flow
  const numbers = {
    defaultCountry: settings.defaultCountry,
    allowedCountries: settings.smsCountries,
  }
  const parsed = input === null ? null : parsePhoneNumber(input, numbers)
  if (parsed?.kind === 'refused') return refused(parsed.reason)
  const request = await findCodeRequest(trx, keyring, flowId)
  const e164 = parsed?.e164 ?? request?.e164
  if (e164 === undefined) return refused('missing')
  const isAlive = (asked: CodeRequest) =>
    asked.e164 === e164 && asked.expiresAt > at && asked.tries < settings.limitCodeTries
  const underWay = request && isAlive(request) ? request : undefined
  // A second click: a code was asked for since the form was shown.
  if (underWay && seen !== undefined && seen !== underWay.sends) return { kind: 'asked' }
  const wait = await shownLimitOf(parts).ask(trx, flow.askerKey, e164)
  if (wait > 0) return { kind: 'wait', retryAfterSeconds: wait, underWay: underWay !== undefined }
  const expiresAt = new Date(at.getTime() + settings.codeMinutes * msPerMinute)
  const sends = await putCodeRequest(trx, keyring, { flowId, e164, locale, at, expiresAt })
  // Security: A request does not look up whose contact was typed.
  await enqueue(trx, sendCodeTask, { flowId, accountId, epoch, sends })
  return { kind: 'asked' }
}

async function proveCode(
  { keyring, settings }: PhoneMethodParts,
  trx: Trx,
  { id: flowId, at, limitKey }: MethodFlow,
  input: string,
): Promise<ProofOutcome> {
  if (input.trim() === '') return refused('missing')
  const code = parseCode(input, codeDigits)
  if (code === null) return refused('shape')
  const counted = await countCodeTry(trx, { flowId, at, triesAllowed: settings.limitCodeTries })
  if (!counted) return refused('dead')
  const wrongToday = createLimits(trx).limit('recovery-wrong-codes', {
    points: settings.limitWrongCodesPerDay,
    seconds: daySeconds,
  })
  const key = wrongCodesKey(keyring, limitKey, numberOf(keyring, counted))
  const today = await wrongToday.count(key)
  if (today.kind === 'full') return { kind: 'wait', retryAfterSeconds: today.retryAfterSeconds }
  const digest = digestOfCode(keyring, flowId, counted, code)
  if (!digest || !counted.digest || !sameSecret(digest, counted.digest)) return refused('wrong')
  if (!(await spendCode(trx, flowId, digest, at))) return refused('dead')
  await wrongToday.refund(key)
  return { kind: 'right' }
}

/** Security: A stranger who does not know the number uses up no try of its owner. */
const wrongCodesKey = (keyring: Keyring, limitKey: string, e164: string) =>
  keyring
    .digest('limits.recovery-wrong-codes', JSON.stringify([limitKey, e164]))
    .toString('base64url')
