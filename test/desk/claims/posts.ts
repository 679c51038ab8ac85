import { claimCase } from '#server/desk/claims/claim-case.ts'
import { onCase } from '#test/support/desk/measured.ts'
import type { Posts } from '#test/support/web/posts.ts'

const leads = /^\/staff\/cases\/\d+$/

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => ({
  '/staff/cases/:id/claim': { open: () => onCase(trial, 'claim'), leads },
  '/staff/cases/:id/release': { open: () => onCase(trial, 'release', {}, 'claim'), leads },
  '/staff/cases/:id/take-over': {
    async open() {
      const { desk } = trial.portal.parts
      const form = await onCase(trial, 'take-over', { from: trial.ada.id })
      await claimCase(desk, form.path.split('/')[3] ?? '', trial.ada.id)
      return { ...form, visitor: trial.bela.visitor }
    },
    leads,
  },
})
