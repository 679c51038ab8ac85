import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { openNamed, unknownAccount } from '#server/accounts/accounts/named-account.ts'
import { noClient } from '#server/core/client-info.ts'
import { type Command, done, refused } from '#server/kit/commands/command.ts'
import type { AccessParts } from '../parts.ts'
import { beginLeaving } from './close-mailbox.ts'
import { comeBack } from './keep-mailbox.ts'

const close: Command<AccessParts> = {
  words: ['account', 'close'],
  args: ['LOGIN'],
  options: { 'free-contacts': { type: 'boolean' } },
  summary:
    'Closes an account as its owner can: it is shut now, and ends after CLOSING_DAYS. ' +
    'Its owner is told, and can keep it by signing in.',
  help: '--free-contacts takes phone and backup address off the account at once.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const freesContacts = context.options['free-contacts'] === true
    const at = parts.clock.now()
    const outcome = await changeAccountAsItStands(parts.db, account.id, async (trx, now) => {
      if (now.closedAt) return 'closed'
      if (now.closingAt) return 'closing'
      if (now.blockedAt || now.resetDemandedAt) return 'blocked'
      return await beginLeaving(trx, parts, now.id, { at, by: 'operator', freesContacts })
    })
    if (outcome === 'blocked') return refused('blocked', 'It is blocked. Unblock it first.')
    if (outcome === 'closed') return refused('closed already', 'It is closed for good already.')
    if (outcome === 'closing') return refused('closing already', 'It is being closed already.')
    const until = outcome.toISOString()
    return done(
      { closing: account.address, until },
      `Closing ${account.address}. It ends for good at ${until}.`,
    )
  },
}

const keep: Command<AccessParts> = {
  words: ['account', 'keep'],
  args: ['LOGIN'],
  summary: 'Ends a closing before its time: the account opens as it was. Its owner is told.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const at = parts.clock.now()
    const isKept = await changeAccountAsItStands(parts.db, account.id, async (trx, now) => {
      if (!now.closingAt) return false
      await comeBack(trx, parts, { accountId: now.id, at, by: 'operator', client: noClient })
      return true
    })
    return isKept
      ? done({ kept: account.address }, `Kept ${account.address}.`)
      : refused('not closing', 'It is not being closed.')
  },
}

export const commands: readonly Command<AccessParts>[] = [close, keep]
