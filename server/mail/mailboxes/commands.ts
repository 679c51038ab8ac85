import { openNamed, unknownAccount } from '#server/accounts/accounts/named-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf, domainOf } from '#server/core/identifiers/names.ts'
import { type Command, done, exit, refused, table } from '#server/kit/commands/command.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { addAlias, removeAlias } from './change-aliases.ts'
import { type Reconciled, reconcileMailboxes } from './reconcile/reconcile-mailboxes.ts'
import { listAliases } from './store.ts'

function describeReconciliation({ differences, wanted, observed, more }: Reconciled): string {
  const count = differences.length + more
  const summary = `${wanted} wanted, ${observed} on the platform, ${count} differ`
  if (differences.length === 0) return summary
  const rows = differences.map(({ address, kind, fields }) => [address, kind, fields.join(', ')])
  return `${table([['ADDRESS', 'STATE', 'FIELDS'], ...rows])}\n${summary}`
}

const acted = (mended: number, removed: number) =>
  `, ${mended} to be set up again, ${removed} removed`

const reconcile: Command<MailParts> = {
  words: ['mailboxes', 'reconcile'],
  options: { fix: { type: 'boolean' } },
  summary:
    'Compares the mail platform with what is wanted. ' +
    'Exit status 1 where they differ and nothing was mended.',
  help:
    '--fix has missing and drifted mailboxes set up again by the worker, ' +
    'and removes surplus ones (to quarantine where there is one).',
  async run(context) {
    const parts = await context.parts()
    const fix = context.options.fix === true
    const outcome = await reconcileMailboxes(parts, fix)
    const { mended, removed } = outcome
    if (mended + removed > 0) {
      const entry = {
        accountId: null,
        event: 'mailboxes.reconciled',
        details: { mended, removed },
        at: parts.clock.now(),
      } as const
      await parts.db.transaction((trx) => recordActivity(trx, parts.keyring, entry))
    }
    const differs = outcome.differences.length > 0
    const text = describeReconciliation(outcome) + (fix ? acted(mended, removed) : '')
    return {
      status: differs && !fix ? exit.found : exit.done,
      data: outcome,
      text: `${text}.`,
    }
  },
}

const alias: Command<MailParts> = {
  words: ['mailboxes', 'alias'],
  args: ['LOGIN'],
  options: { add: { type: 'string' }, remove: { type: 'string' } },
  summary: 'Shows, adds or removes a further address of a mailbox, such as abuse@ or postmaster@.',
  help: '--add ADDRESS or --remove ADDRESS. A removed one is never given to another mailbox.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { settings, options } = context
    const asked = options.add ?? options.remove
    if (asked === undefined) {
      const aliases = await listAliases(parts.db, account.id)
      return done({ address: account.address, aliases }, aliases.join('\n') || 'None.')
    }
    const typed = parseTypedLogin(asked, settings.mailDomains)
    if (!typed)
      return refused('shape', `"${asked}" is no address in ${settings.mailDomains.join(', ')}.`)
    const change = {
      accountId: account.id,
      alias: addressOf(typed.login, typed.domain ?? domainOf(account.address)),
    }
    const outcome =
      options.add === undefined ? await removeAlias(parts, change) : await addAlias(parts, change)
    const text = `${change.alias}: ${outcome}.`
    return ['added', 'removed'].includes(outcome)
      ? done({ ...change, outcome }, text)
      : refused(outcome, text)
  },
}

export const commands: readonly Command<MailParts>[] = [alias, reconcile]
