import { findPhone } from '#server/recovery/phone/store.ts'
import { offerUndo } from '#server/recovery/undo/offer-undo.ts'
import { underLock } from '#test/support/account-lock.ts'
import type { TestPortal } from '#test/support/portal.ts'
import { equip, undoLinkOf } from '#test/support/recovery/recovery.ts'
import type { Posts } from '#test/support/web/posts.ts'

const methods = '/account/recovery'

/** The code that a replaced phone gets where SMS have no links. */
async function offerCode(portal: TestPortal, accountId: string): Promise<string> {
  const { db, keyring, clock } = portal
  const settings = { ...portal.settings, smsLinks: false }
  const old = await findPhone(db, keyring, accountId)
  return await underLock(db, accountId, (trx) =>
    offerUndo(
      trx,
      { keyring, settings },
      {
        changeId: crypto.randomUUID(),
        accountId,
        change: 'phone.removed',
        reader: 'old-contact',
        old,
        contact: old,
        replaces: [],
        at: clock.now(),
      },
    ),
  )
}

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
    '/undo': {
      async open() {
        const { accountId } = await equip(portal)
        const code = await offerCode(portal, accountId)
        return { visitor: portal.visitor(), path: '/undo', fields: { code } }
      },
      leads: /^\/undo\/\w{16}$/,
    },
  }
}
