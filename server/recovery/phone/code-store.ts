// Recovery codes: one row for each flow that asked for one. Typed numbers may belong to nobody.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'

const sealPurpose = 'recovery-codes.number'
const codePurpose = 'recovery-codes.code'

/** Security: A code works in its own flow only. */
const codeText = (flowId: string, code: string) => JSON.stringify([flowId, code])

/** Security: Sending again gives no tries back. Returns how many codes the flow asked for. */
export async function putCodeRequest(
  trx: Trx,
  keyring: Keyring,
  wanted: Pick<CodeRequest, 'e164' | 'locale' | 'expiresAt'> & {
    readonly flowId: string
    readonly at: Date
  },
): Promise<number> {
  const { flowId, e164, locale, at, expiresAt } = wanted
  const sealed = keyring.seal(sealPurpose, JSON.stringify({ e164, locale }))
  const { rows } = await trx.raw(
    `insert into recovery_codes as old (flow_id, number_sealed, asked_at, expires_at)
     values (:flowId, :sealed, :at, :expiresAt)
     on conflict (flow_id) do update set
       number_sealed = excluded.number_sealed, asked_at = excluded.asked_at,
       expires_at = excluded.expires_at, sends = old.sends + 1,
       code_digest = null, code_key_id = null
     returning sends`,
    { flowId, sealed, at, expiresAt },
  )
  return rows[0].sends
}

export interface CodeRequest {
  readonly e164: string
  readonly locale: Locale
  readonly sends: number
  readonly decided: boolean
  readonly tries: number
  readonly expiresAt: Date
}

const openTyped = (keyring: Keyring, sealed: string): Pick<CodeRequest, 'e164' | 'locale'> =>
  JSON.parse(keyring.open(sealPurpose, sealed))

export async function findCodeRequest(
  db: Db | Trx,
  keyring: Keyring,
  flowId: string,
): Promise<CodeRequest | undefined> {
  const row = await db('recovery_codes').where({ flow_id: flowId }).first()
  if (!row) return undefined
  const { e164, locale } = openTyped(keyring, row.number_sealed)
  return {
    e164,
    locale,
    sends: row.sends,
    decided: row.code_digest !== null,
    tries: row.tries,
    expiresAt: row.expires_at,
  }
}

/** Locks the request until the transaction ends, so that only one of two workers answers it. */
export async function lockCodeRequest(
  trx: Trx,
  keyring: Keyring,
  flowId: string,
): Promise<CodeRequest | undefined> {
  await trx('recovery_codes').where({ flow_id: flowId }).forUpdate().select('flow_id')
  return await findCodeRequest(trx, keyring, flowId)
}

/** Keeps the digest of the code to type. True for exactly one worker. */
export async function decideCode(
  trx: Trx,
  keyring: Keyring,
  about: { readonly flowId: string; readonly sends: number; readonly code: string },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_codes set code_digest = :digest, code_key_id = :keyId
     where flow_id = :flowId and sends = :sends
       and code_digest is null and spent_at is null`,
    {
      flowId: about.flowId,
      sends: about.sends,
      digest: keyring.digest(codePurpose, codeText(about.flowId, about.code)),
      keyId: keyring.newestKeyId,
    },
  )
  return rowCount === 1
}

export interface CountedCode {
  readonly numberSealed: string
  readonly digest: Buffer | null
  readonly keyId: string | null
}

/** Security: A try is counted before it is judged. Undefined if the code is dead. */
export async function countCodeTry(
  trx: Trx,
  about: { readonly flowId: string; readonly at: Date; readonly triesAllowed: number },
): Promise<CountedCode | undefined> {
  const { rows } = await trx.raw(
    `update recovery_codes set tries = tries + 1
     where flow_id = :flowId and tries < :triesAllowed
       and expires_at > :at and spent_at is null
     returning number_sealed as "numberSealed", code_digest as digest, code_key_id as "keyId"`,
    { ...about },
  )
  return rows[0]
}

/** The number that the code was asked for; empty if its key has left SECRET_KEYS. */
export const numberOf = (keyring: Keyring, { numberSealed }: CountedCode): string =>
  keyring.keyIds.includes(keyring.keyIdOf(numberSealed))
    ? openTyped(keyring, numberSealed).e164
    : ''

/** The digest to compare; null without a code, or if its key has left SECRET_KEYS. */
export const digestOfCode = (
  keyring: Keyring,
  flowId: string,
  counted: Pick<CountedCode, 'keyId'>,
  code: string,
): Buffer | null =>
  counted.keyId === null
    ? null
    : keyring.digestUnder(counted.keyId, codePurpose, codeText(flowId, code))

/** True for exactly one caller. */
export async function spendCode(
  trx: Trx,
  flowId: string,
  digest: Buffer,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_codes set spent_at = :at
     where flow_id = :flowId and code_digest = :digest
       and spent_at is null and expires_at > :at`,
    { flowId, digest, at },
  )
  return rowCount === 1
}

/** Returns how many numbers, at most `limit`, it sealed under the newest key. */
export const rekeyCodeRequests = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'recovery_codes', id: 'flow_id', column: 'number_sealed', purpose: sealPurpose },
    limit,
  )
