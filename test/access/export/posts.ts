import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal }) => ({
  '/account/export': {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: '/account/export',
      fields: {},
    }),
    leads: '/account/export',
  },
})
