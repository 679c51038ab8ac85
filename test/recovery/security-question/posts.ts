import { arrive } from '#test/support/people.ts'
import { begin, equip } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

const methods = '/account/recovery'

export const formPages = [`${methods}/security-question`]

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    [`${methods}/security-question`]: {
      async open() {
        const { visitor } = await arrive(portal)
        const fields = { question: 'first-job', answer: 'Гарбарня на Нямізе' }
        return { visitor, path: `${methods}/security-question`, fields }
      },
      leads: methods,
    },
    [`${methods}/security-question/remove`]: {
      open: async () => ({
        visitor: (await equip(portal)).browser,
        path: `${methods}/security-question/remove`,
        from: methods,
      }),
      leads: methods,
    },
    '/recover/security-question': {
      async open() {
        const person = await equip(portal)
        const visitor = await begin(portal, person.login)
        return { visitor, path: '/recover/security-question', fields: { answer: person.answer } }
      },
      leads: '/recover/new-password',
    },
  }
}
