import type { Trx } from '#db/connection.ts'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import { type PhoneNumberRefusal, parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import {
  type AskedForProof,
  askForProof,
  type Permit,
  type ProofParts,
  type SecondLook,
} from '../contacts/ask-for-proof.ts'
import { findPendingContact } from '../contacts/pending-contact.ts'
import {
  type Asking,
  changeMethod,
  type Held,
  type MethodChangeParts,
} from '../methods/change-method.ts'
import { type Linked, type LinkParts, linkContact } from '../methods/link-contact.ts'
import {
  createShownSmsLimit,
  type ShownSmsLimit,
  type ShownSmsLimitSettings,
} from './shown-sms-limit.ts'
import type { GuardedNumber, SmsLimit } from './sms-limit.ts'
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
  | { readonly kind: 'ok'; readonly number: GuardedNumber }
  | { readonly kind: 'refused'; readonly reason: PhoneNumberRefusal }

export function judgePhone({ settings }: Pick<PhoneParts, 'settings'>, typed: string): JudgedPhone {
  const options = {
    defaultCountry: settings.defaultCountry,
    allowedCountries: settings.smsCountries,
  }
  const parsed = parsePhoneNumber(typed, options)
  return parsed.kind === 'ok' ? { kind: 'ok', number: parsed } : parsed
}

/** How often an account may ask for codes to one number, as its pages tell it. */
export const linkingLimit = ({
  keyring,
  settings,
}: Pick<PhoneParts, 'keyring' | 'settings'>): ShownSmsLimit =>
  createShownSmsLimit(keyring, settings, 'linking')

/**
 * Sends a code to the number, however many mailboxes already have it.
 * @param about.typedAt of a number that waits already, where the code is sent again
 */
export async function askPhone(
  parts: PhoneParts,
  about: {
    readonly proof: AccountProof
    readonly number: GuardedNumber
    readonly locale: Locale
    readonly typedAt?: Date | undefined
    readonly again?: SecondLook
  },
): Promise<AskedForProof> {
  const { number, ...asking } = about
  const { proof } = asking
  const contact = { kind: 'phone', value: number.e164, canonical: number.e164 } as const
  const permit = (trx: Trx) => permitCode(trx, parts, proof.accountId, number)
  return await askForProof(parts, { ...asking, contact, permit })
}

/**
 * Security: the page tells of the shownLimit alone, which knows who asks and for which number; whether anybody else was sent a code there today
 * stays untold. The guard is asked first, so that its waits are over when those of the page are.
 */
async function permitCode(
  trx: Trx,
  parts: PhoneParts,
  accountId: string,
  number: GuardedNumber,
): Promise<Permit> {
  const shownLimit = linkingLimit(parts)
  const { wait } = await shownLimit.look(trx, accountId, number.e164)
  if (wait > 0) return { kind: 'limited', retryAfterSeconds: wait }
  const own = await findPhone(trx, parts.keyring, accountId)
  const confirmed = own?.value === number.e164
  const permit = await parts.smsLimit.within(trx).permit(number, { accountId, confirmed })
  if (permit.kind === 'refused' && permit.reason === 'account')
    return { kind: 'limited', retryAfterSeconds: permit.retryAfterSeconds }
  await shownLimit.ask(trx, accountId, number.e164)
  return { kind: permit.kind === 'permitted' ? 'send' : 'hold-back' }
}

/** The number that a code was sent to and that waits for it. */
export const pendingPhone = (parts: Parameters<typeof findPendingContact>[0], accountId: string) =>
  findPendingContact(parts, accountId, 'phone')

export const linkPhone = (parts: LinkParts, asking: Asking, typed: string): Promise<Linked> =>
  linkContact(parts, asking, { kind: 'phone', typed }, (trx, { canonical: e164 }, at) =>
    putPhone(trx, parts.keyring, {
      accountId: asking.accountId,
      e164,
      confirmedAt: at,
      provenAt: at,
      at,
    }),
  )

/** The number can be linked again, here or elsewhere. */
export async function unlinkPhone(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<'done' | Held> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removePhone(trx, parts.keyring, asking.accountId)
    return old
      ? { outcome: 'done', done: { method: 'phone', what: 'removed', old } }
      : { outcome: 'done' }
  })
}
