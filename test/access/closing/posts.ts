import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'
import { close } from './leavers.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal }) => ({
  '/account/close': {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: '/account/close',
      fields: { confirm: 'on', contacts: 'after' },
    }),
    leads: '/account/closed',
  },
  '/sign-in/keep': {
    async open() {
      const { visitor } = await arrive(portal)
      await close(visitor)
      return { visitor, path: '/sign-in/keep', from: '/account/closed' }
    },
    leads: '/account',
  },
})
