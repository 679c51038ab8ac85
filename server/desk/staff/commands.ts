import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { openNamed, unknownAccount } from '#server/accounts/accounts/named-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type Command, done, exit, refused, table } from '#server/kit/commands/command.ts'
import { recordAudit } from '../audit/store.ts'
import { listStaff, removeFactor } from './factor-store.ts'
import { grantRole, isStaffRole, revokeRole, staffRoles } from './store.ts'

const grants = {
  verb: 'grant',
  summary: 'Gives an account a staff role.',
  event: 'staff.granted',
  unchanged: 'It has the role already.',
  done: 'granted',
  apply: grantRole,
} as const

const revokes = {
  verb: 'revoke',
  summary: 'Takes a staff role back.',
  event: 'staff.revoked',
  unchanged: 'It does not have the role.',
  done: 'revoked',
  apply: revokeRole,
} as const

// Security: The chain of the audit names each person who gets a role, loses one or enrols again.
const change = (action: typeof grants | typeof revokes): Command<DeskPageParts> => ({
  words: ['staff', action.verb],
  args: ['LOGIN'],
  options: { role: { type: 'string' } },
  required: ['role'],
  summary: action.summary,
  help: `--role ROLE is one of ${staffRoles.join(', ')}.`,
  async run(context) {
    const { role } = context.options
    if (!isStaffRole(role)) {
      const text = `--role must be one of ${staffRoles.join(', ')}.`
      return { status: exit.usage, data: { usage: text }, text }
    }
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = parts
    const entry = {
      accountId: account.id,
      event: action.event,
      details: { role },
      at: clock.now(),
    }
    const changed = await changeAccountAsItStands(db, account.id, async (trx) => {
      if (!(await action.apply(trx, account.id, role, entry.at))) return false
      await recordActivity(trx, keyring, entry)
      await recordAudit(trx, keyring, {
        accountId: account.id,
        action: action.event,
        details: entry.details,
        staffId: null,
        at: entry.at,
      })
      return true
    })
    if (!changed) return refused('no change', action.unchanged)
    return done(
      { [action.verb]: role, account: account.address },
      `${account.address}: ${role} ${action.done}.`,
    )
  },
})

const resetDoor: Command<DeskPageParts> = {
  words: ['staff', 'reset-door'],
  args: ['LOGIN'],
  summary:
    'Forgets the authenticator and the recovery codes of a member of staff, who then enrols again.',
  async run(context) {
    const { parts, account } = await openNamed(context)
    if (!account) return unknownAccount(context)
    const { db, keyring, clock } = parts
    const entry = {
      accountId: account.id,
      details: {},
      at: clock.now(),
    }
    const removed = await changeAccountAsItStands(db, account.id, async (trx) => {
      if (!(await removeFactor(trx, account.id))) return false
      await recordActivity(trx, keyring, { ...entry, event: 'staff.door-reset' })
      await recordAudit(trx, keyring, {
        ...entry,
        action: 'staff.door-reset',
        staffId: null,
      })
      return true
    })
    if (!removed) return refused('no change', 'It has no authenticator.')
    return done(
      { reset: account.address },
      `${account.address}: enrols again at the next visit to the staff pages.`,
    )
  },
}

const list: Command<DeskPageParts> = {
  words: ['staff', 'list'],
  summary:
    'Lists everybody with a role, since when they have an authenticator, ' +
    'and how many recovery codes are left.',
  async run(context) {
    const staff = await listStaff((await context.parts()).db)
    const rows = staff.map(({ address, roles, enrolledAt, codesLeft }) => [
      address,
      roles.join(', '),
      enrolledAt ? `authenticator since ${enrolledAt.toISOString()}` : 'no authenticator yet',
      `${codesLeft} codes`,
    ])
    return done({ staff }, staff.length === 0 ? 'Nobody has a role.' : table(rows))
  },
}

export const commands: readonly Command<DeskPageParts>[] = [
  change(grants),
  change(revokes),
  list,
  resetDoor,
]
