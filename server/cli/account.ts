import { aliveSince } from '#server/accounts/sessions/session-store.ts'
import { changeAccountAsItStands } from '../accounts/accounts/change-account.ts'
import { beginEpoch, findAccount, unblockAccount } from '../accounts/accounts/store.ts'
import { recordActivity } from '../accounts/activity/store.ts'
import { endSessions, listSessions } from '../accounts/sessions/store.ts'
import {
  blockByOperator,
  liftByOperator,
  notifyOfOperatorLift,
} from '../desk/measures/operator-block.ts'
import { describeMailbox } from '../mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '../mail/mailboxes/store.ts'
import { wantMailboxSuspension } from '../mail/mailboxes/want-mailbox.ts'
import { type Command, done, refused, table } from './command.ts'
import { openNamed, unknownAccount } from './find-account.ts'

const show: Command = {
  words: ['account', 'show'],
  args: ['LOGIN'],
  summary:
    'Shows an account: mailbox, sessions, block. No secret and no recovery contact is shown.',
  async run(context) {
    const { opened, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { settings } = context
    const times = { idleMinutes: settings.sessionIdleMinutes, maxHours: settings.sessionMaxHours }
    const progress = await findMailboxProgress(opened.db, account.id)
    const sessions = await listSessions(opened.db, account.id, aliveSince(opened.clock, times))
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

const block: Command = {
  words: ['account', 'block'],
  args: ['LOGIN'],
  options: { reason: { type: 'string' } },
  summary:
    'Blocks an account everywhere: portal, mail programs, sending, receiving. ' +
    'Its sessions end; its owner is told.',
  help: '--reason WORD is kept with the block (default: operator).',
  async run(context) {
    const { opened, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, clock } = opened
    const reason = typeof context.options.reason === 'string' ? context.options.reason : 'operator'
    const at = clock.now()
    const blocked = await changeAccountAsItStands(db, account.id, (trx) =>
      blockByOperator(trx, opened.parts.desk, account, { reason, at }),
    )
    if (blocked) return done({ blocked: account.address }, `Blocked ${account.address}.`)
    const now = await findAccount(db, account.id)
    return refused(
      'blocked already',
      now?.blockReason === 'measure' ? blockedByMeasure : 'It is blocked already.',
    )
  },
}

const unblock: Command = {
  words: ['account', 'unblock'],
  args: ['LOGIN'],
  summary: 'Lifts a block, or whatever measure of the abuse desk stands.',
  async run(context) {
    const { opened, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = opened
    const at = clock.now()
    const lifted = await changeAccountAsItStands(db, account.id, async (trx) => {
      if (await liftByOperator(trx, opened.parts.desk, account.id, at)) return true
      if (!(await unblockAccount(trx, account.id))) return false
      await wantMailboxSuspension(trx, { accountId: account.id, suspension: 'none', at })
      await recordActivity(trx, keyring, {
        accountId: account.id,
        event: 'account.unblocked',
        details: {},
        at,
      })
      await notifyOfOperatorLift(trx, opened.parts.desk, account, at)
      return true
    })
    return lifted
      ? done({ unblocked: account.address }, `Unblocked ${account.address}.`)
      : refused('not blocked', 'It is not blocked.')
  },
}

const endAll: Command = {
  words: ['account', 'end-sessions'],
  args: ['LOGIN'],
  summary:
    'Signs an account out everywhere: portal and mail programs. ' +
    'Its filters wait until their owner keeps them.',
  async run(context) {
    const { opened, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = opened
    const at = clock.now()
    const ended = await changeAccountAsItStands(db, account.id, async (trx) => {
      await beginEpoch(trx, account.id)
      await opened.parts.life.signOut(trx, { accountId: account.id, at, withMailPrograms: false })
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

export const accountCommands: readonly Command[] = [show, block, unblock, endAll]
