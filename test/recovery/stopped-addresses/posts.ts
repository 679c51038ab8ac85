import { stopTokenOf } from '#server/recovery/stopped-addresses/stop-token.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/stop/:token': {
      async open() {
        const token = stopTokenOf(portal.keyring, `${trial.login()}@elsewhere.example`)
        return { visitor: portal.visitor(), path: `/stop/${token}`, fields: { what: 'stop' } }
      },
      leads: /^\/stop\//,
    },
  }
}
