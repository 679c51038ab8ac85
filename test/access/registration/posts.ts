import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal, password } = trial
  return {
    '/register': {
      open: async () => ({
        visitor: portal.visitor(),
        path: '/register',
        fields: { login: trial.login(), password },
      }),
      leads: '/account/welcome',
    },
  }
}
