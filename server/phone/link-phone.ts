import type { Db, Trx } from '#db/connection.ts'
import { type AskedForProof, type AskingForProof, askForProof, type ProofParts } from '../contacts/ask-for-proof.ts'
import type { Contact } from '../contacts/contact.ts'
import { findConfirmation } from '../contacts/store.ts'
import type { Keyring } from '../core/keyring.ts'
import { type PhoneNumberRefusal, parsePhoneNumber } from '../core/phone-number.ts'
import { type Asking, changeMethod, type Held, type MethodChangeParts } from '../recovery-methods/change-method.ts'
import { type Linked, type LinkParts, linkContact } from '../recovery-methods/link-contact.ts'
import type { GuardedNumber, SmsGuard } from './sms-guard.ts'
import { findPhone, putPhone, removePhone } from './store.ts'

export interface PhoneParts extends ProofParts {
  readonly smsGuard: SmsGuard
  readonly settings: ProofParts['settings'] & {
    readonly defaultCountry: string
    readonly smsCountries: readonly string[]
  }
}

export type JudgedPhone =
  | { readonly kind: 'ok'; readonly number: GuardedNumber }
  | { readonly kind: 'refused'; readonly reason: PhoneNumberRefusal }

export function judgePhone({ settings }: Pick<PhoneParts, 'settings'>, typed: string): JudgedPhone {
  const options = { defaultCountry: settings.defaultCountry, allowedCountries: settings.smsCountries }
  const parsed = parsePhoneNumber(typed, options)
  return parsed.kind === 'ok' ? { kind: 'ok', number: parsed } : parsed
}

/** Sends a code to the number, however many mailboxes already have it. */
export async function askPhone(
  parts: PhoneParts,
  about: Omit<AskingForProof, 'contact' | 'permit'> & { readonly number: GuardedNumber },
): Promise<AskedForProof> {
  const { number, ...asking } = about
  const { accountId } = asking
  const own = await findPhone(parts.db, parts.keyring, accountId)
  const who = { accountId, confirmed: own?.value === number.e164 }
  const permit = (trx: Trx) => parts.smsGuard.within(trx).permit(number, who)
  const contact = { kind: 'phone', value: number.e164, canonical: number.e164 } as const
  return await askForProof(parts, { ...asking, contact, permit })
}

/** The number that a code was sent to and that waits for it. */
export async function pendingPhone(
  { db, keyring }: { readonly db: Db; readonly keyring: Keyring },
  accountId: string,
): Promise<Contact | undefined> {
  const found = await findConfirmation(db, keyring, accountId, 'phone')
  return found && !found.spentAt ? found.contact : undefined
}

export const linkPhone = (parts: LinkParts, asking: Asking, typed: string): Promise<Linked> =>
  linkContact(parts, asking, { kind: 'phone', typed }, (trx, { canonical: e164 }, at) =>
    putPhone(trx, parts.keyring, { accountId: asking.accountId, e164, confirmedAt: at, provenAt: at, at }),
  )

/** The number can be linked again, here or elsewhere. */
export async function unlinkPhone(parts: MethodChangeParts, asking: Asking): Promise<'done' | Held> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removePhone(trx, parts.keyring, asking.accountId)
    return old ? { outcome: 'done', done: { method: 'phone', what: 'removed', old } } : { outcome: 'done' }
  })
}
