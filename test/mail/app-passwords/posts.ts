import { arrive } from '#test/support/people.ts'
import type { Posts, PostTrial } from '#test/support/web/posts.ts'

async function withAppPassword({ portal }: PostTrial) {
  const person = await arrive(portal)
  await person.visitor.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  const { id } = await portal
    .db('app_passwords')
    .where({ account_id: person.accountId })
    .first('id')
  return { ...person, id: String(id) }
}

export const formPages = ['/account/app-passwords', '/account/app-passwords/new']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/account/app-passwords/:id/keep': {
      async open() {
        const { visitor, accountId, id } = await withAppPassword(trial)
        await portal
          .db('app_passwords')
          .where({ account_id: accountId })
          .update({ held_at: portal.clock.now() })
        return {
          visitor,
          path: `/account/app-passwords/${id}/keep`,
          from: '/account/app-passwords/new',
        }
      },
      leads: '/account/app-passwords',
    },
    '/account/app-passwords/:id/revoke': {
      async open() {
        const { visitor, id } = await withAppPassword(trial)
        return { visitor, path: `/account/app-passwords/${id}/revoke` }
      },
      leads: '/account/app-passwords',
    },
    '/account/app-passwords/new': {
      async open() {
        const { visitor } = await arrive(portal)
        return {
          visitor,
          path: '/account/app-passwords/new',
          fields: { name: 'Laptop', imap: 'on' },
        }
      },
      leads: '/account/app-passwords/created',
    },
    '/account/app-passwords/revoke-all': {
      open: async () => ({
        visitor: (await withAppPassword(trial)).visitor,
        path: '/account/app-passwords/revoke-all',
      }),
      leads: '/account/app-passwords',
    },
  }
}
