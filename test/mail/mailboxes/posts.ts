import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/account/space': {
      async open() {
        const { visitor, accountId } = await arrive(portal)
        const full = { used_bytes: portal.db.ref('quota_bytes'), measured_at: portal.clock.now() }
        await portal.db('mailboxes').where({ account_id: accountId }).update(full)
        const from =
          /name="from" value="(\d+)"/.exec((await visitor.get('/account')).html)?.[1] ?? ''
        return { visitor, path: '/account/space', fields: { from }, from: '/account' }
      },
      leads: '/account',
    },
  }
}
