// Every task that a worker can do, and when the regular ones run.

import { deleteOldVerifiers } from './accounts/password/store.ts'
import { aliveSince } from './accounts/sessions/session-store.ts'
import { deleteDeadSessions } from './accounts/sessions/store.ts'
import { deskSweeps } from './desk/cases/retention-store.ts'
import { deskCrontab, deskTasks, noteMeasureEffect } from './desk/tasks.ts'
import { cleanUpTask } from './kit/jobs/clean-up.ts'
import type { TaskList } from './kit/jobs/worker.ts'
import { deleteSpentLimits } from './kit/limits/limits.ts'
import { deleteSettledMessages } from './kit/messages/store.ts'
import { keptSince } from './kit/messages/sweep-messages.ts'
import { messageTasks } from './kit/messages/tasks.ts'
import type { DeliveryParts } from './kit/messages/try-message.ts'
import { deleteOldForms } from './kit/web/sent-forms-store.ts'
import { deleteRevokedAppPasswords } from './mail/app-passwords/store.ts'
import { deleteOldMarks, deleteOldSignIns } from './mail/client-sign-ins/store.ts'
import { deleteOldTries } from './mail/client-sign-ins/try-store.ts'
import { deleteSettledFilters } from './mail/filters/store.ts'
import { convergeMailboxTask } from './mail/mailboxes/converge-mailbox.ts'
import { followSettingsTask } from './mail/mailboxes/follow-settings.ts'
import { measureTasks } from './mail/mailboxes/measure-mailboxes.ts'
import { purgeMailboxesTask } from './mail/mailboxes/purge-mailboxes.ts'
import { sweepMailboxesTask } from './mail/mailboxes/sweep-mailboxes.ts'
import { convergeTask } from './mail/mailboxes/want-mailbox.ts'
import { deleteOldSendingDays } from './mail/sending-limits/store.ts'
import type { PortalParts } from './portal-parts.ts'
import { deleteOldLinks } from './recovery/backup-address/link-store.ts'
import { deleteOldConfirmations } from './recovery/contacts/store.ts'
import { holdTasks } from './recovery/flow/hold-reset.ts'
import { deleteOldFlows } from './recovery/flow/store.ts'
import { guessingTasks } from './recovery/guessing/record-guessing.ts'
import { doubtTasks } from './recovery/methods/doubt-contact.ts'
import { deleteOldUndos } from './recovery/undo/store.ts'

export type TaskParts = PortalParts & DeliveryParts

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
