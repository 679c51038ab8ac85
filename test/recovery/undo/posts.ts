import { equip, undoLinkOf } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

const methods = '/account/recovery'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/undo/:token': {
      async open() {
        const person = await equip(portal)
        await person.browser.post(`${methods}/phone/remove`, {}, { from: methods })
        return { visitor: portal.visitor(), path: await undoLinkOf(portal, person.address) }
      },
      leads: '/recover/new-password',
    },
  }
}
