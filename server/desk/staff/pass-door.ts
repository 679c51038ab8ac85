import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/accounts/activity/events.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { recordAudit } from '../audit/store.ts'
import {
  factorSealPurpose,
  factorStepOf,
  newFactorSecret,
  newRecoveryCodes,
  parseFactor,
} from './factor.ts'
import * as factors from './factor-store.ts'

export interface DoorParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly limits: Limits
}

/** Who stands at the door, in which session. */
export interface Caller {
  readonly proof: AccountProof & { readonly session: Buffer }
  readonly client: ClientInfo
}

export type Passed =
  | { readonly kind: 'passed' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'used' }

const secondClickMs = msPerMinute
const newCodesPurpose = 'staff.new-codes'
const codePurpose = 'staff.recovery-code'
const bare = (code: string) => code.replaceAll('-', '')

export interface Door {
  /** The secret to be put into the authenticator; undefined once that is done. */
  secretToEnrol(proof: AccountProof): Promise<string | undefined>
  /** Takes the first code of a new authenticator, lets the session in and makes its recovery codes. @throws LimitReached */
  enrol(caller: Caller, typed: string): Promise<Passed>
  /** Takes a code of the authenticator or a recovery code. @throws LimitReached */
  enter(caller: Caller, typed: string): Promise<Passed>
  /** Makes all recovery codes anew. @param form digest of the form that asks: sent again, it makes them once */
  renewCodes(caller: Caller, form?: Buffer): Promise<void>
  /** Recovery codes that their owner has not kept yet. */
  newCodes(sessionDigest: Buffer): Promise<string[]>
}

export function createDoor({ db, clock, keyring, limits }: DoorParts): Door {
  // Security: tries at the door are counted before they are judged
  const tries = limits.limit('staff-door', { points: 5, seconds: 15 * 60 })

  async function makeCodes(trx: AccountTrx, caller: Caller, at: Date): Promise<string> {
    const codes = newRecoveryCodes()
    const digests = codes.map((code) => keyring.digest(codePurpose, bare(code)))
    await factors.keepRecoveryCodes(trx, caller.proof.accountId, digests, at)
    return keyring.seal(newCodesPurpose, JSON.stringify(codes))
  }

  /** Whether this very session went through the door a moment ago. */
  const isThrough = ({ proof }: Caller): Promise<boolean> =>
    factors.wentInside(db, proof.session, new Date(clock.now().getTime() - secondClickMs))

  async function refuse(caller: Caller): Promise<void> {
    const at = clock.now()
    await db.transaction((trx) =>
      recordAudit(trx, keyring, {
        staffId: caller.proof.accountId,
        action: 'staff.totp-failed',
        details: {},
        at,
      }),
    )
  }

  return {
    async secretToEnrol(proof) {
      const { accountId } = proof
      const secretSealed = keyring.seal(factorSealPurpose, newFactorSecret())
      const made = { accountId, secretSealed, keyId: keyring.newestKeyId, at: clock.now() }
      const factor = await changeAccount(db, proof, (trx) => factors.prepareFactor(trx, made))
      return factor.confirmedAt ? undefined : keyring.open(factorSealPurpose, factor.secretSealed)
    },

    async enrol(caller, typed) {
      const { proof, client } = caller
      const { accountId } = proof
      await tries.demand(accountId)
      const factor = await factors.findFactor(db, accountId)
      const at = clock.now()
      const code = parseFactor(typed)
      const step =
        factor && !factor.confirmedAt && code.kind === 'totp'
          ? factorStepOf(keyring.open(factorSealPurpose, factor.secretSealed), code.code, at)
          : null
      if (step === null) return { kind: (await isThrough(caller)) ? 'passed' : 'wrong' }
      const confirmed = await changeAccount(db, proof, async (trx) => {
        if (!(await factors.confirmFactor(trx, accountId, step, at))) return false
        await factors.enterStaffSession(trx, proof.session, at, await makeCodes(trx, caller, at))
        await recordActivity(trx, keyring, {
          accountId,
          event: 'staff.door-enrolled',
          details: {},
          at,
          client,
        })
        await recordAudit(trx, keyring, {
          staffId: accountId,
          action: 'staff.totp-enrolled',
          details: {},
          at,
        })
        return true
      })
      if (confirmed) await tries.forget(accountId)
      return { kind: confirmed || (await isThrough(caller)) ? 'passed' : 'used' }
    },

    async enter(caller, typed) {
      const { proof, client } = caller
      const { accountId } = proof
      await tries.demand(accountId)
      const factor = await factors.findFactor(db, accountId)
      const at = clock.now()
      const code = parseFactor(typed)
      const step =
        factor?.confirmedAt && code.kind === 'totp'
          ? factorStepOf(keyring.open(factorSealPurpose, factor.secretSealed), code.code, at)
          : null
      if (code.kind === 'neither' || (code.kind === 'totp' && step === null)) {
        await refuse(caller)
        return { kind: 'wrong' }
      }
      const passed = await changeAccount(db, proof, async (trx) => {
        const digests = keyring.digests(codePurpose, code.code)
        const spent =
          step !== null
            ? await factors.spendStep(trx, accountId, step)
            : await factors.spendRecoveryCode(trx, accountId, digests, at)
        if (!spent) return false
        await factors.enterStaffSession(trx, proof.session, at)
        if (code.kind === 'recovery-code')
          await recordActivity(trx, keyring, {
            accountId,
            event: 'staff.recovery-code-used',
            details: {},
            at,
            client,
          })
        const action = code.kind === 'totp' ? 'staff.signed-in' : 'staff.recovery-code-used'
        await recordAudit(trx, keyring, { staffId: accountId, action, details: {}, at })
        return true
      })
      // A second click with the same code: the first has let this session in.
      if (!passed && (await isThrough(caller))) return { kind: 'passed' }
      if (!passed) await refuse(caller)
      else await tries.forget(accountId)
      return { kind: passed ? 'passed' : code.kind === 'totp' ? 'used' : 'wrong' }
    },

    async renewCodes(caller, form) {
      const at = clock.now()
      const { proof } = caller
      await changeAccount(db, proof, async (trx) => {
        if (form && (await takeForm(trx, form, at)).kind === 'again') return
        await factors.enterStaffSession(trx, proof.session, at, await makeCodes(trx, caller, at))
        const entry = {
          staffId: proof.accountId,
          action: 'staff.codes-renewed',
          details: {},
          at,
        } as const
        await recordAudit(trx, keyring, entry)
      })
    },

    async newCodes(sessionDigest) {
      const sealed = await factors.findNewCodes(db, sessionDigest)
      return sealed === undefined ? [] : JSON.parse(keyring.open(newCodesPurpose, sealed))
    },
  }
}
