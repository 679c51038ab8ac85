import { contactPages, contactPosts } from '#test/support/recovery/contact-posts.ts'
import { begin, codeOf, equip } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = contactPages('phone')

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    ...contactPosts(trial, 'phone', 'phone', trial.number),
    '/recover/sms': {
      async open() {
        const person = await equip(portal)
        const visitor = await begin(portal, person.login)
        return { visitor, path: '/recover/sms', fields: { phone: person.phone } }
      },
      leads: '/recover/sms/code',
    },
    '/recover/sms/code': {
      async open() {
        const person = await equip(portal)
        const visitor = await begin(portal, person.login)
        return {
          visitor,
          path: '/recover/sms/code',
          fields: { code: await codeOf(portal, visitor, person) },
        }
      },
      leads: '/recover/new-password',
    },
  }
}
