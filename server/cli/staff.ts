import { changeAccountAsItStands } from '../accounts/accounts/change-account.ts'
import { recordActivity } from '../accounts/activity/store.ts'
import { listStaff, removeFactor } from '../desk/staff/factor-store.ts'
import { grantRole, isStaffRole, revokeRole, staffRoles } from '../desk/staff/store.ts'
import { type Command, done, exit, refused, table } from './command.ts'
import { findNamedAccount } from './find-account.ts'

const change = (verb: 'grant' | 'revoke'): Command => ({
  words: ['staff', verb],
  args: ['LOGIN'],
  options: { role: { type: 'string' } },
  needed: ['role'],
  summary: verb === 'grant' ? 'Gives an account a staff role.' : 'Takes a staff role back.',
  help: `--role ROLE is one of ${staffRoles.join(', ')}.`,
  async run({ portal, settings, args, options }) {
    const { role } = options
    if (!isStaffRole(role)) {
      const text = `--role must be one of ${staffRoles.join(', ')}.`
      return { status: exit.usage, data: { usage: text }, text }
    }
    const opened = await portal()
    const account = await findNamedAccount(opened, settings, args[0])
    if (!account) return refused('unknown', `There is no account "${args[0]}".`)
    const { db, keyring, clock } = opened
    const at = clock.now()
    const changed = await changeAccountAsItStands(db, account.id, async (trx) => {
      const acted =
        verb === 'grant'
          ? await grantRole(trx, account.id, role, at)
          : await revokeRole(trx, account.id, role)
      const event = verb === 'grant' ? 'staff.granted' : 'staff.revoked'
      if (acted)
        await recordActivity(trx, keyring, { accountId: account.id, event, details: { role }, at })
      return acted
    })
    if (!changed)
      return refused(
        'no change',
        verb === 'grant' ? 'It has the role already.' : 'It does not have the role.',
      )
    return done(
      { [verb]: role, account: account.address },
      `${account.address}: ${role} ${verb === 'grant' ? 'granted' : 'revoked'}.`,
    )
  },
})

const resetDoor: Command = {
  words: ['staff', 'reset-door'],
  args: ['LOGIN'],
  summary:
    'Forgets the authenticator and the recovery codes of a member of staff, who then enrols anew.',
  async run({ portal, settings, args }) {
    const opened = await portal()
    const account = await findNamedAccount(opened, settings, args[0])
    if (!account) return refused('unknown', `There is no account "${args[0]}".`)
    const { db, keyring, clock } = opened
    const removed = await changeAccountAsItStands(db, account.id, async (trx) => {
      const acted = await removeFactor(trx, account.id)
      const entry = {
        accountId: account.id,
        event: 'staff.door-reset',
        details: {},
        at: clock.now(),
      } as const
      if (acted) await recordActivity(trx, keyring, entry)
      return acted
    })
    if (!removed) return refused('no change', 'It has no authenticator.')
    return done(
      { reset: account.address },
      `${account.address}: enrols anew at the next visit to the staff pages.`,
    )
  },
}

const list: Command = {
  words: ['staff', 'list'],
  summary:
    'Lists everybody with a role, since when they have an authenticator, and how many recovery codes are left.',
  async run({ portal }) {
    const staff = await listStaff((await portal()).db)
    const rows = staff.map(({ address, roles, enrolledAt, codesLeft }) => [
      address,
      roles.join(', '),
      enrolledAt ? `authenticator since ${enrolledAt.toISOString()}` : 'no authenticator yet',
      `${codesLeft} codes`,
    ])
    return done({ staff }, staff.length === 0 ? 'Nobody has a role.' : table(rows))
  },
}

export const staffCommands: readonly Command[] = [
  change('grant'),
  change('revoke'),
  list,
  resetDoor,
]
