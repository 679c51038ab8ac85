import type { Trx } from '#db/connection.ts'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import { type PhoneNumberRefusal, parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import {
  type AskedForProof,
  askForProof,
  type Permit,
  type ProofParts,
  type Resend,
} from '../contacts/ask-for-proof.ts'
import { findPendingContact } from '../contacts/pending-contact.ts'
import {
  type Asking,
  changeMethod,
  type MethodChangeParts,
  type OnProbation,
} from '../methods/change-method.ts'
import {
  type Linked,
  type LinkParts,
  linkContact,
  type PutContact,
} from '../methods/link-contact.ts'
import {
  createShownSmsLimit,
  type ShownSmsLimit,
  type ShownSmsLimitSettings,
} from './shown-sms-limit.ts'
import type { SmsLimit, SmsNumber } from './sms-limit.ts'
import { findPhone, putPhone, removePhone } from './store.ts'

export interface PhoneParts extends ProofParts {
  readonly smsLimit: SmsLimit
  readonly settings: ProofParts['settings'] &
    ShownSmsLimitSettings & {
      readonly defaultCountry: string
      readonly smsCountries: readonly string[]
    }
}

export type JudgedPhone =
  | { readonly kind: 'ok'; readonly number: SmsNumber }
  | { readonly kind: 'refused'; readonly reason: PhoneNumberRefusal }

export function judgePhone({ settings }: Pick<PhoneParts, 'settings'>, typed: string): JudgedPhone {
  const parsed = parsePhoneNumber(typed, {
    defaultCountry: settings.defaultCountry,
    allowedCountries: settings.smsCountries,
  })
  return parsed.kind === 'ok' ? { kind: 'ok', number: parsed } : parsed
}

export const linkingLimit = ({
  keyring,
  settings,
}: Pick<PhoneParts, 'keyring' | 'settings'>): ShownSmsLimit =>
  createShownSmsLimit(keyring, settings, 'linking')

/** @param about.typedAt only to send a code again: when its number was typed */
export async function askPhone(
  parts: PhoneParts,
  about: {
    readonly proof: AccountProof
    readonly number: SmsNumber
    readonly locale: Locale
    readonly typedAt?: Date | undefined
    readonly resend?: Resend
  },
): Promise<AskedForProof> {
  const { number, ...asking } = about
  const { accountId } = asking.proof
  const contact = { kind: 'phone', value: number.e164, canonical: number.e164 } as const
  const permit = (trx: Trx) => permitSms(trx, parts, accountId, number)
  return await askForProof(parts, { ...asking, contact, permit })
}

/** Security: The page tells only of messages that its own account asked for. */
async function permitSms(
  trx: Trx,
  parts: PhoneParts,
  accountId: string,
  number: SmsNumber,
): Promise<Permit> {
  const shownLimit = linkingLimit(parts)
  const { wait } = await shownLimit.look(trx, accountId, number.e164)
  if (wait > 0) return { kind: 'limited', retryAfterSeconds: wait }
  const own = await findPhone(trx, parts.keyring, accountId)
  const confirmed = own?.value === number.e164
  // The real limit counts before the shown one, so that its wait also ends first.
  const permit = await parts.smsLimit.within(trx).permit(number, { accountId, confirmed })
  if (permit.kind === 'refused' && permit.reason === 'account')
    return { kind: 'limited', retryAfterSeconds: permit.retryAfterSeconds }
  await shownLimit.ask(trx, accountId, number.e164)
  return { kind: permit.kind === 'permitted' ? 'send' : 'withhold' }
}

export const pendingPhone = (parts: Parameters<typeof findPendingContact>[0], accountId: string) =>
  findPendingContact(parts, accountId, 'phone')

export function linkPhone(parts: LinkParts, asking: Asking, typed: string): Promise<Linked> {
  const { accountId } = asking
  const put: PutContact = (trx, { canonical: e164 }, at) =>
    putPhone(trx, parts.keyring, { accountId, e164, confirmedAt: at, provenAt: at, at })
  return linkContact(parts, asking, { kind: 'phone', typed }, put)
}

export async function unlinkPhone(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<'done' | OnProbation> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removePhone(trx, parts.keyring, asking.accountId)
    if (!old) return { outcome: 'done' }
    return { outcome: 'done', done: { method: 'phone', what: 'removed', old } }
  })
}
