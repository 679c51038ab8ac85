// What a message knows of its reader and its secrets, and the seal around it.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'

export interface MessagePayload {
  /** `null` for a decoy. */
  readonly to: string | null
  /** Already checked against the catalogue. */
  readonly params: object
  readonly locale: Locale
}

export const payloadPurpose = 'messages.payload'

export function sealPayload(keyring: Keyring, payload: MessagePayload): string {
  return keyring.seal(payloadPurpose, JSON.stringify(payload))
}

/** @throws SealError where the row was changed or its key is no longer listed. */
export function openPayload(keyring: Keyring, sealed: string): MessagePayload {
  return JSON.parse(keyring.open(payloadPurpose, sealed)) as MessagePayload
}
