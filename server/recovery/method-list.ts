// The recovery methods: one line each.
import { type BackupAddressMethodParts, backupAddressMethod } from './backup-address/method.ts'
import type { RecoveryMethod } from './flow/recovery-method.ts'
import { joinMethods, type RecoveryMethods } from './methods/methods.ts'
import { type PhoneMethodParts, phoneMethod } from './phone/method.ts'
import { recoveryCodesMethod } from './recovery-codes/method.ts'
import {
  type SecurityQuestionMethodParts,
  securityQuestionMethod,
} from './security-question/method.ts'

export type MethodListParts = Omit<
  BackupAddressMethodParts & PhoneMethodParts & SecurityQuestionMethodParts,
  'methods'
>

/** In the order in which the owner's page lists them. */
export function createMethods(given: MethodListParts): RecoveryMethods {
  const list: RecoveryMethod[] = []
  const methods = joinMethods(list)
  const parts = { ...given, methods }
  list.push(
    phoneMethod(parts),
    backupAddressMethod(parts),
    recoveryCodesMethod(),
    securityQuestionMethod(parts),
  )
  return methods
}
