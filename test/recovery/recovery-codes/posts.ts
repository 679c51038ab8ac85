import { arrive } from '#test/support/people.ts'
import { begin, equip } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'
import { giveSheet, makeSheet, page } from './sheets.ts'

const methods = '/account/recovery'

export const formPages = [page]
export const give = giveSheet

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal }) => ({
  [page]: {
    async open() {
      const { visitor } = await arrive(portal)
      const [code = ''] = await makeSheet(visitor)
      return { visitor, path: page, fields: { code } }
    },
    leads: methods,
  },
  [`${page}/remove`]: {
    async open() {
      const { visitor, accountId } = await arrive(portal)
      await giveSheet(portal, accountId)
      return { visitor, path: `${page}/remove`, from: methods }
    },
    leads: methods,
  },
  '/recover/recovery-codes': {
    async open() {
      const person = await equip(portal)
      const [code = ''] = await giveSheet(portal, person.accountId)
      const visitor = await begin(portal, person.login)
      return { visitor, path: '/recover/recovery-codes', fields: { code } }
    },
    leads: '/recover/new-password',
  },
})
