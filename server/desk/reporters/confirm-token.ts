import type { Keyring } from '#server/core/keys/keyring.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'

const purpose = 'abuse.confirm'

interface Keys {
  readonly keyring: Keyring
}

/** Only the mail to the address has it. */
export const confirmTokenOf = ({ keyring }: Keys, reportId: string): string =>
  signToken(keyring, purpose, reportId)

/** Undefined if it is not ours. @returns the report's id */
export const openConfirmToken = ({ keyring }: Keys, token: unknown): string | undefined =>
  openSignedToken(keyring, purpose, token)
