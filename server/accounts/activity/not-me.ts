// “This wasn’t me”: what each event leads its owner to.
import { type MethodId, methodIds } from '#server/core/method-ids.ts'
import type { ActivityEvent } from './activity-details.ts'

export const steps = {
  session: '/account/sessions',
  password: '/account/password',
  methods: '/account/recovery',
  'app-passwords': '/account/app-passwords',
  filters: '/account/filters',
  settings: '/account/settings',
  support: '/help/contact',
} as const
export type Step = keyof typeof steps

/** In the order in which they help. */
export const stepsOf = {
  'sign-in': ['session', 'password', 'methods'],
  password: ['password', 'methods', 'app-passwords'],
  method: ['methods', 'password', 'session'],
  'app-password': ['app-passwords', 'password'],
  filters: ['filters', 'password'],
  settings: ['settings', 'password'],
  account: ['password', 'methods', 'support'],
  sending: ['app-passwords', 'password', 'support'],
  tries: ['methods', 'password'],
  service: ['support'],
} as const satisfies Readonly<Record<string, readonly Step[]>>
export type Advice = keyof typeof stepsOf

type MethodChange = 'added' | 'changed' | 'doubted' | 'removed'
type MethodAdvice = Readonly<Record<`${MethodId}.${MethodChange}`, Advice | null>>

const ofMethods = Object.fromEntries(
  methodIds.flatMap((id) => [
    [`${id}.added`, 'method'],
    [`${id}.changed`, 'method'],
    [`${id}.doubted`, null],
    [`${id}.removed`, 'method'],
  ]),
) as MethodAdvice

/** Null for what the portal itself did: nobody else can have done it. */
const adviceOf: Readonly<Record<ActivityEvent, Advice | null>> = {
  ...ofMethods,
  'account.appeal-decided': 'service',
  'account.appealed': 'account',
  'account.blocked': 'service',
  'account.closed': null,
  'account.closing': 'account',
  'account.created': null,
  'account.kept': 'account',
  'account.restricted': 'service',
  'account.unblocked': 'service',
  'account.warned': 'service',
  'account.warning-ended': 'service',
  'activity.folded': null,
  'app-password.all-revoked': 'app-password',
  'app-password.created': 'app-password',
  'app-password.held': null,
  'app-password.kept': 'app-password',
  'app-password.revoked': 'app-password',
  'contact.confirmed': 'method',
  'export.asked': 'account',
  'export.ready': 'account',
  'filters.held': null,
  'filters.kept': 'filters',
  'filters.removed': 'filters',
  'mailbox.alias-added': 'service',
  'mailbox.alias-removed': 'service',
  'mailbox.grown': 'service',
  'mailbox.mended': null,
  'mailboxes.reconciled': null,
  'password.changed': 'password',
  'password.reset': 'password',
  'password.reset-held': 'password',
  'password.reset-stopped': 'password',
  'portal.migrated': null,
  'portal.rekeyed': null,
  'recovery.failures': 'tries',
  'sending.letters-limit': 'sending',
  'sending.recipients-limit': 'sending',
  'session.device-forgotten': 'sign-in',
  'session.device-kept': 'sign-in',
  'session.ended': 'sign-in',
  'session.ended-by-operator': 'service',
  'session.others-ended': 'sign-in',
  'settings.changed': 'settings',
  'sign-in.failures': 'tries',
  'sign-in.new-device': 'sign-in',
  'sign-in.succeeded': 'sign-in',
  'sign-out.succeeded': 'sign-in',
  'staff.door-enrolled': 'service',
  'staff.door-reset': 'service',
  'staff.granted': 'service',
  'staff.recovery-code-used': 'service',
  'staff.revoked': 'service',
  'undo.used': 'password',
}

/** @param event perhaps of a feature that is gone */
export const findAdvice = (event: string): Advice | null =>
  Object.hasOwn(adviceOf, event) ? adviceOf[event as ActivityEvent] : null
