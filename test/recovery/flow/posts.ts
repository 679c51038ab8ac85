import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/recover': {
      open: async () => ({
        visitor: portal.visitor(),
        path: '/recover',
        fields: { login: (await arrive(portal)).login },
      }),
      leads: '/recover/method',
    },
  }
}
