import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/account/confirm-password']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/account/confirm-password': {
      async open() {
        const person = await arrive(portal)
        const fields = { password: person.password, next: '/account/activity' }
        return { visitor: person.visitor, path: '/account/confirm-password', fields }
      },
      leads: '/account/activity',
    },
    '/sign-in': {
      async open() {
        const person = await arrive(portal)
        return {
          visitor: portal.visitor(),
          path: '/sign-in',
          fields: { login: person.login, password: person.password },
        }
      },
      leads: '/account',
    },
    '/sign-out': {
      open: async () => ({
        visitor: (await arrive(portal)).visitor,
        path: '/sign-out',
        from: '/account',
      }),
      leads: '/',
    },
  }
}
