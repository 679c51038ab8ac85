import assert from 'node:assert/strict'
import { signToken } from '#server/core/keys/signed-token.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { progressTokenOf } from '#server/desk/reports/take-report.ts'
import { inForce, reported } from '#test/support/desk/measured.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  const asking = { words: 'What does the source say?', asks: 'on' }
  const languages = { be: 'Дзякуй.', ru: 'Спасибо.', en: 'Thank you.', de: 'Danke.' }

  async function ofReport() {
    const { caseId } = await reported(trial)
    const { id } = await portal.db('abuse_reports').where({ case_id: caseId }).first()
    return { id: String(id), path: `/staff/cases/${caseId}/reports/${id}/write` }
  }

  async function template(): Promise<string> {
    const from = '/staff/templates/new?audience=owner'
    const name = trial.login()
    const fields = { audience: 'owner', name, ...languages }
    const sent = await trial.ada.visitor.post('/staff/templates/new', fields, { from })
    assert.equal(sent.status, 303, sent.errors.join())
    return `/staff/templates/${(await portal.db('desk_templates').where({ name }).first()).id}`
  }

  return {
    '/staff/cases/:id/reports/:report/write': {
      open: async () => ({
        visitor: trial.ada.visitor,
        path: (await ofReport()).path,
        fields: asking,
      }),
      leads: /\/write$/,
    },
    '/staff/measures/:id/write': {
      open: async () => ({
        visitor: trial.ada.visitor,
        path: `/staff/measures/${(await inForce(trial)).id}/write`,
        fields: asking,
      }),
      leads: /\/write$/,
    },
    '/staff/templates/new': {
      open: async () => ({
        visitor: trial.ada.visitor,
        path: '/staff/templates/new',
        fields: { audience: 'reporter', name: trial.login(), ...languages },
        from: '/staff/templates/new?audience=reporter',
      }),
      leads: '/staff/templates',
    },
    '/staff/templates/:id': {
      open: async () => ({
        visitor: trial.ada.visitor,
        path: await template(),
        fields: { name: trial.login(), ...languages },
      }),
      leads: '/staff/templates',
    },
    '/staff/templates/:id/retire': {
      async open() {
        const from = await template()
        return { visitor: trial.ada.visitor, path: `${from}/retire`, from }
      },
      leads: '/staff/templates',
    },
    '/words/report/:token': {
      async open() {
        const { id, path } = await ofReport()
        await trial.ada.visitor.post(path, asking)
        const page = `/words/report/${progressTokenOf(portal.parts, id)}`
        return { visitor: portal.visitor(), path: page, fields: { answer: 'Nothing.' } }
      },
      leads: /^\/words\/report\//,
    },
    '/words/appeal/:token': {
      async open() {
        const { id } = await inForce(trial)
        await trial.ada.visitor.post(`/staff/measures/${id}/write`, asking)
        const page = `/words/appeal/${signToken(portal.keyring, appealPurpose, id)}`
        return { visitor: portal.visitor(), path: page, fields: { answer: 'Nothing.' } }
      },
      leads: /^\/words\/appeal\//,
    },
  }
}
