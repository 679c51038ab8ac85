import assert from 'node:assert/strict'
import { ourDomain } from '#test/support/desk/abuse.ts'
import { shownOn } from '#test/support/desk/cases.ts'
import { onCase } from '#test/support/desk/measured.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/staff/cases/:id/attribute': {
      async open() {
        const { accountId, login: name } = await arrive(portal)
        const sender = `${trial.login()}@${ourDomain}`
        await portal.visitor().post('/report', { sender, kind: 'spam', note: 'Every day.' })
        const row = await eventually(() =>
          portal.db('abuse_cases').whereNull('account_id').orderBy('id', 'desc').first(),
        )
        assert.ok(accountId)
        const from = `/staff/cases/${row.id}`
        return {
          visitor: trial.ada.visitor,
          path: `${from}/attribute`,
          fields: { address: `${name}@${ourDomain}` },
          from,
        }
      },
      leads: /^\/staff\/cases\/\d+$/,
    },
    '/staff/cases/:id/close': {
      open: () => onCase(trial, 'close', { outcome: 'no-breach' }),
      leads: /^\/staff\/cases\/\d+$/,
    },
    '/staff/cases/:id/measure': {
      async open() {
        const wanted = { measure: 'limit-sending', cause: 'spam', days: '7' }
        const form = await onCase(trial, 'measure', wanted)
        const from = `${form.path}?${new URLSearchParams(wanted)}`
        return { ...form, fields: { ...wanted, ...(await shownOn(form.visitor, from)) }, from }
      },
      leads: /^\/staff\/cases\/\d+$/,
    },
    '/staff/cases/:id/note': {
      open: () => onCase(trial, 'note', { note: 'Two letters, one sender.' }),
      leads: /^\/staff\/cases\/\d+$/,
    },
  }
}
