import { onCase } from '#test/support/desk/measured.ts'
import type { Posts } from '#test/support/web/posts.ts'

const leads = /^\/staff\/cases\/\d+\/preservation$/

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const open = async () => {
    const { path } = await onCase(trial, 'preservation')
    return { visitor: trial.bela.visitor, path, fields: { reason: 'File 7' }, from: path }
  }
  return {
    '/staff/cases/:id/preservation': { open, leads },
    '/staff/cases/:id/preservation/:preservation/end': {
      async open() {
        const { visitor, path, fields } = await open()
        await visitor.post(path, fields)
        const caseId = path.split('/')[3]
        const row = await trial.portal.db('case_preservations').where({ case_id: caseId }).first()
        return { visitor, path: `${path}/${row.id}/end`, from: path }
      },
      leads,
    },
  }
}
