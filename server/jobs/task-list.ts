// Every task that a worker can do, and when the regular ones run.

import type { DeskParts } from '../abuse/desk.ts'
import { deskSweeps } from '../abuse/retention-store.ts'
import { deskCrontab, deskTasks, noteMeasureEffect } from '../abuse/tasks.ts'
import { deleteOldVerifiers } from '../accounts/store.ts'
import { deleteRevokedAppPasswords } from '../app-passwords/store.ts'
import { deleteOldLinks } from '../backup-address/link-store.ts'
import { deleteOldMarks, deleteOldSignIns } from '../client-sign-ins/store.ts'
import { deleteOldTries } from '../client-sign-ins/try-store.ts'
import type { Settings } from '../config.ts'
import { deleteOldConfirmations } from '../contacts/store.ts'
import { type GuessingParts, guessingTasks } from '../guessing/note-guessing.ts'
import type { Texts } from '../i18n/texts.ts'
import { deleteSettledFilters } from '../mail-filters/store.ts'
import type { MailPlatform } from '../mail-platform/mail-platform.ts'
import { convergeMailboxTask } from '../mailboxes/converge-mailbox.ts'
import { followSettingsTask } from '../mailboxes/follow-settings.ts'
import { measureTasks } from '../mailboxes/measure-mailboxes.ts'
import { purgeMailboxesTask } from '../mailboxes/purge-mailboxes.ts'
import type { QuotaSettings } from '../mailboxes/quota-rule.ts'
import { sweepMailboxesTask } from '../mailboxes/sweep-mailboxes.ts'
import { convergeTask } from '../mailboxes/want-mailbox.ts'
import { deleteSettledMessages } from '../messages/store.ts'
import { keptSince } from '../messages/sweep-messages.ts'
import { messageTasks } from '../messages/tasks.ts'
import type { DeliveryParts } from '../messages/try-message.ts'
import type { ApplyParts } from '../recovery/apply-reset.ts'
import { holdTasks } from '../recovery/hold-reset.ts'
import type { RecoveryMethod } from '../recovery/recovery-method.ts'
import { deleteOldFlows } from '../recovery/store.ts'
import { doubtTasks } from '../recovery-methods/doubt-contact.ts'
import type { ManagedMethods } from '../recovery-methods/managed-method.ts'
import { deleteOldSendingDays } from '../sending-limits/store.ts'
import { deleteDeadSessions } from '../sessions/store.ts'
import { deleteOldUndos } from '../undo/store.ts'
import { deleteSpentLimits } from '../web/limits.ts'
import { deleteOldForms } from '../web/sent-forms-store.ts'
import { aliveSince } from '../web/session-store.ts'
import { cleanUpTask } from './clean-up.ts'
import type { TaskList } from './worker.ts'

export interface TaskParts extends DeliveryParts, ApplyParts, Pick<GuessingParts, 'methods'> {
  readonly desk: DeskParts
  readonly platform: MailPlatform
  readonly texts: Texts
  readonly recoveryMethods: readonly RecoveryMethod[]
  readonly methods: ManagedMethods
  readonly settings: ApplyParts['settings'] &
    QuotaSettings &
    Pick<
      Settings,
      | 'baseUrl'
      | 'defaultLocale'
      | 'sessionIdleMinutes'
      | 'sessionMaxHours'
      | 'clientSignInsDays'
      | 'securityQuestion'
    >
}

export const crontab = `
*/10 * * * * mailbox:sweep
* * * * * message:sweep
* * * * * recovery:sweep-held
17 * * * * clean-up
*/5 * * * * mailbox:measure-due
*/10 * * * * mailbox:follow-settings
41 3 * * * mailbox:purge
${deskCrontab.trim()}
`

const dayBefore = (clock: TaskParts['clock']) => new Date(clock.now().getTime() - 86_400_000)

export function tasksOf(parts: TaskParts): TaskList {
  const { db, clock, settings } = parts
  const times = { idleMinutes: settings.sessionIdleMinutes, maxHours: settings.sessionMaxHours }
  const converge = convergeMailboxTask(parts)
  const undoableSince = () => new Date(clock.now().getTime() - settings.undoDays * 86_400_000)
  const signInsSince = () =>
    new Date(clock.now().getTime() - settings.clientSignInsDays * 86_400_000)
  return {
    'mailbox:follow-settings': followSettingsTask(parts),
    ...measureTasks(parts),
    [convergeTask]: async (payload, context) => {
      await converge(payload, context)
      await noteMeasureEffect(parts, String(payload.accountId))
    },
    'mailbox:purge': purgeMailboxesTask(parts),
    'mailbox:sweep': sweepMailboxesTask(parts),
    ...messageTasks(parts),
    ...holdTasks(parts),
    ...guessingTasks(parts),
    ...doubtTasks(parts),
    ...Object.assign({}, ...parts.recoveryMethods.map((method) => method.tasks)),
    ...deskTasks(parts.desk),
    'clean-up': cleanUpTask(db, [
      {
        name: 'sessions',
        run: (on, limit) => deleteDeadSessions(on, aliveSince(clock, times), limit),
      },
      {
        name: 'messages',
        run: (on, limit) => deleteSettledMessages(on, keptSince(clock.now()), limit),
      },
      {
        name: 'confirmations',
        run: (on, limit) => deleteOldConfirmations(on, dayBefore(clock), limit),
      },
      { name: 'flows', run: (on, limit) => deleteOldFlows(on, dayBefore(clock), limit) },
      { name: 'links', run: (on, limit) => deleteOldLinks(on, dayBefore(clock), limit) },
      { name: 'undos', run: (on, limit) => deleteOldUndos(on, dayBefore(clock), limit) },
      {
        name: 'replaced passwords',
        run: (on, limit) => deleteOldVerifiers(on, undoableSince(), limit),
      },
      { name: 'client sign-ins', run: (on, limit) => deleteOldSignIns(on, signInsSince(), limit) },
      { name: 'password marks', run: (on, limit) => deleteOldMarks(on, signInsSince(), limit) },
      {
        name: 'client tries',
        run: (on, limit) =>
          deleteOldTries(on, { wrong: dayBefore(clock), good: signInsSince() }, limit),
      },
      {
        name: 'app passwords',
        run: (on, limit) => deleteRevokedAppPasswords(on, signInsSince(), limit),
      },
      { name: 'sending', run: (on, limit) => deleteOldSendingDays(on, dayBefore(clock), limit) },
      { name: 'sent forms', run: (on, limit) => deleteOldForms(on, dayBefore(clock), limit) },
      {
        name: 'settled filters',
        run: (on, limit) => deleteSettledFilters(on, aliveSince(clock, times).begunAfter, limit),
      },
      { name: 'limits', run: (on, limit) => deleteSpentLimits(on, clock.now(), limit) },
      ...deskSweeps(parts.desk.settings, clock.now),
    ]),
  }
}
