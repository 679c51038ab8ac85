import { recordActivity } from '../accounts/activity/store.ts'
import { parseTypedLogin } from '../core/identifiers/login-name.ts'
import { addressOf, domainOf } from '../core/identifiers/names.ts'
import { addAlias, removeAlias } from '../mail/mailboxes/change-aliases.ts'
import { reconcileMailboxes } from '../mail/mailboxes/reconcile-mailboxes.ts'
import { listAliases } from '../mail/mailboxes/store.ts'
import { type Command, done, exit, refused, table } from './command.ts'
import { findNamedAccount } from './find-account.ts'

const reconcile: Command = {
  words: ['mailboxes', 'reconcile'],
  options: { fix: { type: 'boolean' } },
  summary:
    'Compares the mail platform with what is wanted. Exit status 1 where they differ and nothing was mended.',
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
    const rows = outcome.differences.map(({ address, kind, fields }) => [
      address,
      kind,
      fields.join(', '),
    ])
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

const alias: Command = {
  words: ['mailboxes', 'alias'],
  args: ['LOGIN'],
  options: { add: { type: 'string' }, remove: { type: 'string' } },
  summary: 'Shows, adds or removes a further address of a mailbox, such as abuse@ or postmaster@.',
  help: '--add ADDRESS or --remove ADDRESS. A removed one is never given to another mailbox.',
  async run({ portal, settings, args, options }) {
    const opened = await portal()
    const account = await findNamedAccount(opened, settings, args[0])
    if (!account) return refused('unknown', `There is no account "${args[0]}".`)
    const asked = options.add ?? options.remove
    if (asked === undefined) {
      const aliases = await listAliases(opened.db, account.id)
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
      options.add === undefined ? await removeAlias(opened, change) : await addAlias(opened, change)
    const told = `${change.alias}: ${outcome}.`
    return ['added', 'removed'].includes(outcome)
      ? done({ ...change, outcome }, told)
      : refused(outcome, told)
  },
}

export const mailboxCommands: readonly Command[] = [alias, reconcile]
