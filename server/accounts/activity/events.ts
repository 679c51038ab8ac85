// All events and their details. A new event needs a line here and a sentence in the texts.
import type { MethodId } from '#server/core/method-ids.ts'

type Nothing = Record<string, never>

type MethodEvents = {
  [Event in `${MethodId}.${'added' | 'changed' | 'doubted' | 'removed'}`]: Nothing
}

export interface ActivityDetails extends MethodEvents {
  'account.appeal-decided': { decision: string }
  'account.appealed': { reference: string }
  'account.blocked': { reason: string }
  'account.created': Nothing
  'account.restricted': { extent: string; cause: string }
  'account.unblocked': Nothing
  'app-password.all-revoked': { count: number }
  'app-password.created': { name: string }
  'app-password.held': { count: number }
  'app-password.kept': { name: string }
  'app-password.revoked': { name: string }
  'filters.held': Nothing
  'filters.kept': { targets: number }
  'filters.removed': Nothing
  'mailbox.alias-added': { alias: string }
  'mailbox.alias-removed': { alias: string }
  'mailbox.grown': { mebibytes: number }
  'mailbox.mended': Nothing
  'mailboxes.reconciled': { mended: number; removed: number }
  'password.changed': Nothing
  'password.reset': { method: MethodId | 'undo' }
  'password.reset-held': Nothing
  'password.reset-stopped': Nothing
  'portal.migrated': { count: number }
  'portal.rekeyed': { count: number }
  'recovery.failures': Nothing
  'sending.letters-limit': { allowed: number }
  'sending.recipients-limit': { allowed: number }
  'session.ended': { device: string }
  'session.ended-by-operator': Nothing
  'session.others-ended': { count: number }
  'sign-in.failures': Nothing
  'sign-in.new-device': Nothing
  'sign-in.succeeded': Nothing
  'sign-out.succeeded': Nothing
  'staff.door-enrolled': Nothing
  'staff.door-reset': Nothing
  'staff.granted': { role: string }
  'staff.recovery-code-used': Nothing
  'staff.revoked': { role: string }
  'undo.used': { change: string }
}

export type ActivityEvent = keyof ActivityDetails
