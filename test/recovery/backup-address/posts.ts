import { contactPages, contactPosts } from '#test/support/recovery/contact-posts.ts'
import { begin, equip } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = contactPages('backup-address')

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    ...contactPosts(trial, 'backup-address', 'address', () => `${trial.login()}@elsewhere.example`),
    '/recover/backup-address': {
      async open() {
        const person = await equip(portal)
        const visitor = await begin(portal, person.login)
        return {
          visitor,
          path: '/recover/backup-address',
          fields: { address: person.address, seen: '0' },
        }
      },
      leads: '/recover/backup-address/sent',
    },
  }
}
