import { ourDomain } from '#test/support/desk/abuse.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/report']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/report': {
      open: async () => ({
        visitor: portal.visitor(),
        path: '/report',
        fields: {
          sender: `${trial.login()}@${ourDomain}`,
          kind: 'spam',
          reporter: `${trial.login()}@elsewhere.example`,
          note: 'Every day.',
        },
      }),
      leads: '/report/sent',
    },
  }
}
