import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/account/password']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal, password } = trial
  return {
    '/account/password': {
      open: async () => ({
        visitor: (await arrive(portal)).visitor,
        path: '/account/password',
        fields: { password },
      }),
      leads: /^\/(account|sign-in\?next=%2Faccount%2Fpassword)$/,
    },
  }
}
