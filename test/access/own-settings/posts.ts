import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/account/settings']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal }) => ({
  '/account/settings': {
    open: async () => ({
      visitor: (await arrive(portal)).visitor,
      path: '/account/settings',
      fields: { display_name: 'Алеся', language: 'be', theme: 'dark' },
    }),
    leads: '/account/settings',
  },
})
