import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { openNamed, unknownAccount } from '#server/accounts/accounts/named-account.ts'
import { beginEpoch, findAccount, unblockAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { aliveSince } from '#server/accounts/sessions/session-store.ts'
import { endSessions, listSessions } from '#server/accounts/sessions/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type Command, done, refused, table } from '#server/kit/commands/command.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { blockByOperator, liftByOperator, notifyOfOperatorLift } from './operator-block.ts'

const show: Command<DeskPageParts> = {
  words: ['account', 'show'],
  args: ['LOGIN'],
  summary:
    'Shows an account: mailbox, sessions, block. No secret and no recovery contact is shown.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { settings } = context
    const times = { idleMinutes: settings.sessionIdleMinutes, maxHours: settings.sessionMaxHours }
    const progress = await findMailboxProgress(parts.db, account.id)
    const sessions = await listSessions(parts.db, account.id, aliveSince(parts.clock, times))
    const mailbox = progress && describeMailbox(progress)
    const data = {
      id: account.id,
      address: account.address,
      createdAt: account.createdAt,
      passwordChangedAt: account.passwordChangedAt,
      blockedAt: account.blockedAt,
      blockReason: account.blockReason,
      closedAt: account.closedAt,
      mailbox: mailbox && {
        state: mailbox.state,
        suspension: mailbox.suspension,
        passwordLiveSince: mailbox.passwordLiveSince,
      },
      sessions: sessions.length,
    }
    const shown = { ...data, ...data.mailbox, mailbox: undefined }
    return done(data, table(rowsOf(shown)))
  },
}

const rowsOf = (values: object): string[][] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)])

const blockedByMeasure =
  'A measure of the abuse desk blocks it, and may end. ' + 'To block it yourself, unblock it first.'

const block: Command<DeskPageParts> = {
  words: ['account', 'block'],
  args: ['LOGIN'],
  options: { reason: { type: 'string' } },
  summary:
    'Blocks an account everywhere: portal, mail programs, sending, receiving. ' +
    'Its sessions end; its owner is told.',
  help: '--reason WORD is kept with the block (default: operator).',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, clock } = parts
    const reason = typeof context.options.reason === 'string' ? context.options.reason : 'operator'
    const at = clock.now()
    const blocked = await changeAccountAsItStands(db, account.id, (trx) =>
      blockByOperator(trx, parts.desk, account, { reason, at }),
    )
    if (blocked) return done({ blocked: account.address }, `Blocked ${account.address}.`)
    const now = await findAccount(db, account.id)
    return refused(
      'blocked already',
      now?.blockReason === 'measure' ? blockedByMeasure : 'It is blocked already.',
    )
  },
}

const unblock: Command<DeskPageParts> = {
  words: ['account', 'unblock'],
  args: ['LOGIN'],
  summary: 'Lifts a block, or whatever measure of the abuse desk stands.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = parts
    const at = clock.now()
    const lifted = await changeAccountAsItStands(db, account.id, async (trx) => {
      if (await liftByOperator(trx, parts.desk, account.id, at)) return true
      if (!(await unblockAccount(trx, account.id))) return false
      await wantMailboxSuspension(trx, { accountId: account.id, suspension: 'none', at })
      await recordActivity(trx, keyring, {
        accountId: account.id,
        event: 'account.unblocked',
        details: {},
        at,
      })
      await notifyOfOperatorLift(trx, parts.desk, account, at)
      return true
    })
    return lifted
      ? done({ unblocked: account.address }, `Unblocked ${account.address}.`)
      : refused('not blocked', 'It is not blocked.')
  },
}

const endAll: Command<DeskPageParts> = {
  words: ['account', 'end-sessions'],
  args: ['LOGIN'],
  summary:
    'Signs an account out everywhere: portal and mail programs. ' +
    'Its filters wait until their owner keeps them.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = parts
    const at = clock.now()
    const ended = await changeAccountAsItStands(db, account.id, async (trx) => {
      await beginEpoch(trx, account.id)
      await parts.life.signOut(trx, { accountId: account.id, at, withMailPrograms: false })
      const count = await endSessions(trx, account.id)
      if (count > 0) {
        await recordActivity(trx, keyring, {
          accountId: account.id,
          event: 'session.ended-by-operator',
          details: {},
          at,
        })
      }
      return count
    })
    return done({ ended }, `Ended ${ended} sessions of ${account.address}.`)
  },
}

export const commands: readonly Command<DeskPageParts>[] = [show, block, unblock, endAll]
