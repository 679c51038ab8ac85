import type { Posts } from '#test/support/web/posts.ts'
import { askedLink, longAgo, proveLongAgo } from './contacts.ts'

export const formPages = ['/account/check']
export const give = proveLongAgo
export const linkPage = askedLink

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal }) => ({
  '/account/check': {
    async open() {
      const { browser: visitor } = await longAgo(portal)
      return { visitor, path: '/account/check', fields: { contact: 'phone' } }
    },
    leads: '/account/check',
  },
  '/check/:token': {
    async open() {
      const person = await longAgo(portal)
      return { visitor: portal.visitor(), path: await askedLink(portal, person) }
    },
    leads: /^\/check\/./,
  },
})
