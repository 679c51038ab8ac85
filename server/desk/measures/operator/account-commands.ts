import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { openNamed, unknownAccount } from '#server/accounts/accounts/named-account.ts'
import { beginEpoch } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import { endSessions, listSessions } from '#server/accounts/sessions/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type Command, done, refused, table } from '#server/kit/commands/command.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { findInForce } from '../measure-store.ts'
import { measureCauses } from '../measures.ts'
import { blockByOperator, liftByOperator } from './operator-block.ts'

const show: Command<DeskPageParts> = {
  words: ['account', 'show'],
  args: ['LOGIN'],
  summary:
    'Shows an account: mailbox, sessions, block. No secret and no recovery contact is shown.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { settings } = context
    const times = sessionTimesOf(settings)
    const progress = await findMailboxProgress(parts.db, account.id)
    const sessions = await listSessions(parts.db, account.id, aliveSince(parts.clock, times))
    const mailbox = progress && describeMailbox(progress)
    const inForce = await findInForce(parts.db, account.id)
    const data = {
      id: account.id,
      address: account.address,
      createdAt: account.createdAt,
      passwordChangedAt: account.passwordChangedAt,
      blockedAt: account.blockedAt,
      blockReason: account.blockReason,
      measure: inForce?.measure ?? null,
      cause: inForce?.cause ?? null,
      closingAt: account.closingAt,
      closesAt: account.closesAt,
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

const block: Command<DeskPageParts> = {
  words: ['account', 'block'],
  args: ['LOGIN'],
  options: { reason: { type: 'string' } },
  summary:
    'Blocks an account for good, as the desk does: portal, mail programs, sending, receiving. ' +
    'Its owner is told, and may object.',
  help:
    `--reason: ${measureCauses.join(', ')}. Its owner reads it. ` +
    'Any other word is kept with the block for you, and its owner reads “other”.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, clock } = parts
    const reason = typeof context.options.reason === 'string' ? context.options.reason : 'operator'
    const at = clock.now()
    const isBlocked = await db.transaction((trx) =>
      blockByOperator(trx, parts.desk, account.id, { reason, at }),
    )
    if (isBlocked) return done({ blocked: account.address }, `Blocked ${account.address}.`)
    return account.closedAt
      ? refused('closed', 'It is closed.')
      : refused('blocked already', 'It is blocked already.')
  },
}

const unblock: Command<DeskPageParts> = {
  words: ['account', 'unblock'],
  args: ['LOGIN'],
  summary: 'Lifts the block of an account, or whatever milder measure stands.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, clock } = parts
    const isLifted = await db.transaction((trx) =>
      liftByOperator(trx, parts.desk, account.id, clock.now()),
    )
    return isLifted
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
