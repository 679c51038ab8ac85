import assert from 'node:assert/strict'
import { begin, equip, proveByPhone, setPassword } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal, password } = trial
  return {
    '/account/waiting-password/stop': {
      async open() {
        const person = await equip(portal)
        const stranger = await begin(portal, person.login)
        await stranger.post('/recover/security-question', { answer: person.answer })
        assert.equal((await setPassword(stranger, password)).status, 303)
        return { visitor: person.browser, path: '/account/waiting-password/stop', from: '/account' }
      },
      leads: '/account',
    },
    '/recover/new-password': {
      async open() {
        const visitor = await proveByPhone(portal, await equip(portal))
        return { visitor, path: '/recover/new-password', fields: { password } }
      },
      leads: '/recover/done',
    },
  }
}
