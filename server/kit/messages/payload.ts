// The sealed part of a message: its reader and its parameters.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'

export interface MessagePayload {
  /** `null` for a decoy. */
  readonly to: string | null
  readonly params: object
  readonly locale: Locale
  /** The name that the reader gave themselves. */
  readonly greeted?: string | undefined
}

export const payloadPurpose = 'messages.payload'

export function sealPayload(keyring: Keyring, payload: MessagePayload): string {
  return keyring.seal(payloadPurpose, JSON.stringify(payload))
}

/** @throws SealError if the row was changed or its key is no longer listed */
export function openPayload(keyring: Keyring, sealed: string): MessagePayload {
  return JSON.parse(keyring.open(payloadPurpose, sealed)) as MessagePayload
}
