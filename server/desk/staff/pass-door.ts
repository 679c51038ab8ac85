// The staff door: enrols authenticators, lets sessions in, and renews recovery codes.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { AuditAction } from '../audit/audit-details.ts'
import { recordAudit } from '../audit/store.ts'
import {
  factorSealPurpose,
  factorStepOf,
  newFactorSecret,
  newRecoveryCodes,
  parseFactor,
  type TypedFactor,
} from './factor.ts'
import { confirmFactor, type Factor, findFactor, prepareFactor, spendStep } from './factor-store.ts'
import { keepRecoveryCodes, spendRecoveryCode } from './recovery-code-store.ts'
import { enterStaffSession, findNewCodes, wentInside } from './session-store.ts'

export interface DoorParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly limits: Limits
}

export interface Caller {
  readonly proof: AccountProof & { readonly session: Buffer }
  readonly client: ClientInfo
}

export type Passed = { readonly kind: 'passed' } | { readonly kind: 'wrong' | 'used' }

const secondClickMs = msPerMinute
const newCodesPurpose = 'staff.new-codes'
const codePurpose = 'staff.recovery-code'

export interface Door {
  /** Makes the authenticator's secret, or finds the waiting one. Undefined once confirmed. */
  secretToEnrol(proof: AccountProof): Promise<string | undefined>
  /** Takes the first code of a new authenticator and makes recovery codes. @throws LimitReached */
  enrol(caller: Caller, typed: string): Promise<Passed>
  /** Takes a code of the authenticator or a recovery code. @throws LimitReached */
  enter(caller: Caller, typed: string): Promise<Passed>
  /** Replaces all recovery codes, once for each form. @param form digest of the form */
  renewCodes(caller: Caller, form?: Buffer): Promise<void>
  /** The new recovery codes that the member has not yet confirmed as kept. */
  newCodes(sessionDigest: Buffer): Promise<string[]>
}

export function createDoor(parts: DoorParts): Door {
  const { db, clock, keyring } = parts
  // Security: Tries at the staff door are counted before they are judged.
  const tries = parts.limits.limit('staff-door', { points: 5, seconds: 15 * 60 })

  return {
    secretToEnrol: (proof) => prepareSecret(parts, proof),

    async enrol(caller, typed) {
      const { accountId } = caller.proof
      await tries.demand(accountId)
      const factor = await findFactor(db, accountId)
      const at = clock.now()
      const waits = factor?.confirmedAt === null
      const step = waits ? stepOf(keyring, factor, parseFactor(typed), at) : null
      if (step === null) return { kind: (await hasJustPassed(parts, caller)) ? 'passed' : 'wrong' }
      const confirmed = await confirmStep(parts, caller, step, at)
      if (confirmed) await tries.forget(accountId)
      return { kind: confirmed || (await hasJustPassed(parts, caller)) ? 'passed' : 'used' }
    },

    async enter(caller, typed) {
      const { accountId } = caller.proof
      await tries.demand(accountId)
      const factor = await findFactor(db, accountId)
      const at = clock.now()
      const code = parseFactor(typed)
      const step = factor?.confirmedAt ? stepOf(keyring, factor, code, at) : null
      if (code.kind === 'neither' || (code.kind === 'totp' && step === null)) {
        await recordFailure(parts, accountId)
        return { kind: 'wrong' }
      }
      if (await spendCode(parts, caller, { ...code, step }, at)) {
        await tries.forget(accountId)
        return { kind: 'passed' }
      }
      if (await hasJustPassed(parts, caller)) return { kind: 'passed' }
      await recordFailure(parts, accountId)
      return { kind: code.kind === 'totp' ? 'used' : 'wrong' }
    },

    async renewCodes(caller, form) {
      const at = clock.now()
      const { accountId } = caller.proof
      await changeAccount(db, caller.proof, async (trx) => {
        if (form && (await takeForm(trx, form, at)).kind === 'again') return
        await enterWithNewCodes(trx, keyring, caller, at)
        await recordDoor(trx, keyring, accountId, 'staff.codes-renewed', at)
      })
    },

    async newCodes(sessionDigest) {
      const sealed = await findNewCodes(db, sessionDigest)
      return sealed === undefined ? [] : JSON.parse(keyring.open(newCodesPurpose, sealed))
    },
  }
}

/** Whether this session passed the door a moment ago: a second click gets the same answer. */
const hasJustPassed = ({ db, clock }: DoorParts, { proof }: Caller): Promise<boolean> =>
  wentInside(db, proof.session, new Date(clock.now().getTime() - secondClickMs))

async function prepareSecret(
  { db, keyring, clock }: DoorParts,
  proof: AccountProof,
): Promise<string | undefined> {
  const { accountId } = proof
  const secretSealed = keyring.seal(factorSealPurpose, newFactorSecret())
  const made = { accountId, secretSealed, keyId: keyring.newestKeyId, at: clock.now() }
  const factor = await changeAccount(db, proof, (trx) => prepareFactor(trx, made))
  return factor.confirmedAt ? undefined : keyring.open(factorSealPurpose, factor.secretSealed)
}

/** The time step of an authenticator's code; null if the code is not valid now. */
function stepOf(keyring: Keyring, factor: Factor, code: TypedFactor, at: Date): number | null {
  if (code.kind !== 'totp') return null
  return factorStepOf(keyring.open(factorSealPurpose, factor.secretSealed), code.code, at)
}

/** False if another request confirmed the authenticator meanwhile. */
const confirmStep = (
  { db, keyring }: DoorParts,
  caller: Caller,
  step: number,
  at: Date,
): Promise<boolean> =>
  changeAccount(db, caller.proof, async (trx) => {
    const { accountId } = caller.proof
    if (!(await confirmFactor(trx, accountId, step, at))) return false
    await enterWithNewCodes(trx, keyring, caller, at)
    await recordActivity(trx, keyring, {
      accountId,
      event: 'staff.door-enrolled',
      details: {},
      at,
      client: caller.client,
    })
    await recordDoor(trx, keyring, accountId, 'staff.totp-enrolled', at)
    return true
  })

type SpentCode = Exclude<TypedFactor, { kind: 'neither' }> & { readonly step: number | null }

/** Lets the session in. False if the code was used before, or is no recovery code of theirs. */
const spendCode = (
  { db, keyring }: DoorParts,
  { proof, client }: Caller,
  { kind, code, step }: SpentCode,
  at: Date,
): Promise<boolean> =>
  changeAccount(db, proof, async (trx) => {
    const { accountId } = proof
    const spent =
      step !== null
        ? await spendStep(trx, accountId, step)
        : await spendRecoveryCode(trx, accountId, keyring.digests(codePurpose, code), at)
    if (!spent) return false
    await enterStaffSession(trx, proof.session, at)
    if (kind === 'recovery-code')
      await recordActivity(trx, keyring, {
        accountId,
        event: 'staff.recovery-code-used',
        details: {},
        at,
        client,
      })
    const action = kind === 'totp' ? 'staff.signed-in' : 'staff.recovery-code-used'
    await recordDoor(trx, keyring, accountId, action, at)
    return true
  })

/** Lets the session in, and shows it new recovery codes until the member says they are kept. */
async function enterWithNewCodes(
  trx: AccountTrx,
  keyring: Keyring,
  { proof }: Caller,
  at: Date,
): Promise<void> {
  const codes = newRecoveryCodes()
  const digests = codes.map((code) => keyring.digest(codePurpose, code.replaceAll('-', '')))
  await keepRecoveryCodes(trx, proof.accountId, digests, at)
  const sealed = keyring.seal(newCodesPurpose, JSON.stringify(codes))
  await enterStaffSession(trx, proof.session, at, sealed)
}

type DoorAction = Extract<AuditAction, `staff.${string}`>

const recordDoor = (
  trx: AccountTrx,
  keyring: Keyring,
  staffId: string,
  action: DoorAction,
  at: Date,
) => recordAudit(trx, keyring, { staffId, action, details: {}, at })

async function recordFailure({ db, keyring, clock }: DoorParts, staffId: string): Promise<void> {
  const entry = { staffId, action: 'staff.totp-failed', details: {}, at: clock.now() } as const
  await db.transaction((trx) => recordAudit(trx, keyring, entry))
}
