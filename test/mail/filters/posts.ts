import { noteUnheld } from '#server/mail/filters/store.ts'
import { holdFilter } from '#test/support/mail-platform/filters.ts'
import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/account/filters']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal, platform } = trial
  return {
    '/account/filters/:id/keep': {
      async open() {
        const { visitor, id } = await holdFilter(portal, platform, await arrive(portal))
        return { visitor, path: `/account/filters/${id}/keep`, from: '/account/filters' }
      },
      leads: '/account/filters',
    },
    '/account/filters/:id/remove': {
      async open() {
        const { visitor, id } = await holdFilter(portal, platform, await arrive(portal))
        return { visitor, path: `/account/filters/${id}/remove`, from: '/account/filters' }
      },
      leads: '/account/filters',
    },
    '/account/filters/looked': {
      async open() {
        const { visitor, accountId } = await arrive(portal)
        await noteUnheld(portal.db, accountId, portal.clock.now())
        return { visitor, path: '/account/filters/looked', from: '/account/filters' }
      },
      leads: '/account/filters',
    },
  }
}
