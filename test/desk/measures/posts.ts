import { shownOn } from '#test/support/desk/cases.ts'
import { inForce, proposed } from '#test/support/desk/measured.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  return {
    '/staff/approvals/:id/approve': {
      async open() {
        const from = `/staff/approvals/${(await proposed(trial)).id}`
        return {
          visitor: trial.bela.visitor,
          path: `${from}/approve`,
          fields: await shownOn(trial.bela.visitor, from),
          from,
        }
      },
      leads: '/staff/approvals',
    },
    '/staff/approvals/:id/refuse': {
      async open() {
        const from = `/staff/approvals/${(await proposed(trial)).id}`
        return { visitor: trial.bela.visitor, path: `${from}/refuse`, from }
      },
      leads: '/staff/approvals',
    },
    '/staff/measures/:id/lift': {
      async open() {
        const path = `/staff/measures/${(await inForce(trial)).id}/lift`
        return { visitor: trial.bela.visitor, path }
      },
      leads: /^\/staff\/cases\/\d+$/,
    },
  }
}
