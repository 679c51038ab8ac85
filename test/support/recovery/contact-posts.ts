// The four forms that a phone and a backup address have in common.
import { awaitCode } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import type { PostTrial, Repeated } from '#test/support/web/posts.ts'
import { equip, forgetLimits } from './recovery.ts'

const methods = '/account/recovery'

export const contactPages = (kind: 'phone' | 'backup-address') => [
  `${methods}/${kind}`,
  `${methods}/${kind}/confirm`,
]

async function asked(trial: PostTrial, kind: 'phone' | 'backup-address') {
  const { portal } = trial
  const { visitor, login } = await arrive(portal)
  const to = kind === 'phone' ? trial.number() : `${login}@elsewhere.example`
  await visitor.post(`${methods}/${kind}`, kind === 'phone' ? { phone: to } : { address: to })
  return { visitor, code: await awaitCode(portal, to) }
}

export function contactPosts(
  trial: PostTrial,
  kind: 'phone' | 'backup-address',
  field: string,
  to: () => string,
): Record<string, Repeated> {
  const { portal } = trial
  const form = `${methods}/${kind}`
  const confirm = `${form}/confirm`
  return {
    [form]: {
      open: async () => ({
        visitor: (await arrive(portal)).visitor,
        path: form,
        fields: { [field]: to() },
      }),
      leads: confirm,
    },
    [confirm]: {
      async open() {
        const { visitor, code } = await asked(trial, kind)
        return { visitor, path: confirm, fields: { code } }
      },
      leads: methods,
    },
    [`${confirm}/again`]: {
      async open() {
        const { visitor } = await asked(trial, kind)
        await forgetLimits(portal)
        const { html } = await visitor.get(confirm)
        const seen = /name="seen" value="(\d+)"/.exec(html)?.[1] ?? ''
        return { visitor, path: `${confirm}/again`, fields: { seen }, from: confirm }
      },
      leads: confirm,
    },
    [`${form}/remove`]: {
      open: async () => ({
        visitor: (await equip(portal)).browser,
        path: `${form}/remove`,
        from: methods,
      }),
      leads: methods,
    },
  }
}
