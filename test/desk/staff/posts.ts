import { authenticatorCode, enrolStaff, giveRole, readSecret } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/staff/accounts/:id/end-sessions': {
      async open() {
        const { accountId } = await arrive(portal)
        const from = `/staff/accounts/${accountId}`
        return { visitor: trial.ada.visitor, path: `${from}/end-sessions`, from }
      },
      leads: /^\/staff\/accounts\//,
    },
    '/staff/door': {
      async open() {
        const member = await enrolStaff(portal, trial.login(), 'support')
        portal.clock.advance(31_000)
        const visitor = portal.visitor()
        await visitor.post('/sign-in', { login: member.login, password: member.password })
        return {
          visitor,
          path: '/staff/door',
          fields: { code: authenticatorCode(portal, member.secret) },
        }
      },
      leads: '/staff',
    },
    '/staff/door/codes': {
      async open() {
        const { visitor } = await enrolStaff(portal, trial.login(), 'support')
        await visitor.post('/staff/door/codes/renew', {}, { from: '/staff/me' })
        return { visitor, path: '/staff/door/codes' }
      },
      leads: '/staff',
    },
    '/staff/door/codes/renew': {
      async open() {
        const { visitor } = await enrolStaff(portal, trial.login(), 'support')
        return { visitor, path: '/staff/door/codes/renew', from: '/staff/me' }
      },
      leads: '/staff/door/codes',
    },
    '/staff/door/enrol': {
      async open() {
        const person = await arrive(portal)
        await giveRole(portal, person.login, 'support')
        const secret = readSecret((await person.visitor.get('/staff/door/enrol')).html)
        return {
          visitor: person.visitor,
          path: '/staff/door/enrol',
          fields: { code: authenticatorCode(portal, secret) },
        }
      },
      leads: '/staff/door/codes',
    },
    '/staff/me/shortcuts': {
      open: async () => ({
        visitor: trial.ada.visitor,
        path: '/staff/me/shortcuts',
        fields: { shortcuts: 'off' },
        from: '/staff/me',
      }),
      leads: '/staff/me',
    },
  }
}
