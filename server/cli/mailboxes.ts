import { recordActivity } from '../activity/store.ts'
import { reconcileMailboxes } from '../mailboxes/reconcile-mailboxes.ts'
import { type Command, exit, table } from './command.ts'

const reconcile: Command = {
  words: ['mailboxes', 'reconcile'],
  options: { fix: { type: 'boolean' } },
  summary: 'Compares the mail platform with what is wanted. Exit status 1 where they differ and nothing was mended.',
  help: '--fix has missing and drifted mailboxes set up again by the worker, and removes surplus ones (to quarantine where there is one).',
  async run({ portal, options }) {
    const opened = await portal()
    const fix = options.fix === true
    const outcome = await reconcileMailboxes(opened, fix)
    const { mended, removed } = outcome
    if (mended + removed > 0) {
      const entry = {
        accountId: null,
        event: 'mailboxes.reconciled',
        details: { mended, removed },
        at: opened.clock.now(),
      } as const
      await opened.db.transaction((trx) => recordActivity(trx, opened.keyring, entry))
    }
    const rows = outcome.differences.map(({ address, kind, fields }) => [address, kind, fields.join(', ')])
    const summary = `${outcome.wanted} wanted, ${outcome.observed} on the platform, ${outcome.differences.length + outcome.more} differ`
    const acted = fix ? `, ${mended} to be set up again, ${removed} removed` : ''
    return {
      status: rows.length > 0 && !fix ? exit.found : exit.done,
      data: outcome,
      text: [
        ...(rows.length > 0 ? [table([['ADDRESS', 'STATE', 'FIELDS'], ...rows])] : []),
        `${summary}${acted}.`,
      ].join('\n'),
    }
  },
}

export const mailboxCommands: readonly Command[] = [reconcile]
