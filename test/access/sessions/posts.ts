import { arrive } from '#test/support/people.ts'
import type { Posts } from '#test/support/web/posts.ts'

export const formPages = ['/account/sessions']

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/account/sessions/:id/end': {
      async open() {
        const person = await arrive(portal)
        await portal.visitor().post('/sign-in', { login: person.login, password: person.password })
        const { html } = await person.visitor.get('/account/sessions')
        return {
          visitor: person.visitor,
          path: /\/account\/sessions\/[0-9a-f-]{36}\/end/.exec(html)?.[0] ?? '',
          from: '/account/sessions',
        }
      },
      leads: '/account/sessions',
    },
    '/account/sessions/keep-device': {
      open: async () => ({
        visitor: (await arrive(portal)).visitor,
        path: '/account/sessions/keep-device',
        from: '/account/sessions',
      }),
      leads: '/account/sessions',
    },
    '/account/sessions/forget-device': {
      open: async () => ({
        visitor: (await arrive(portal)).visitor,
        path: '/account/sessions/forget-device',
        from: '/account/sessions',
      }),
      leads: '/',
    },
    '/account/sessions/end-others': {
      async open() {
        const person = await arrive(portal)
        await portal.visitor().post('/sign-in', { login: person.login, password: person.password })
        return {
          visitor: person.visitor,
          path: '/account/sessions/end-others',
          from: '/account/sessions',
        }
      },
      leads: '/account/sessions',
    },
  }
}
