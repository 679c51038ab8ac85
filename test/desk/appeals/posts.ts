import { signToken } from '#server/core/keys/signed-token.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { appealAgainst, approve, propose } from '#test/support/desk/cases.ts'
import { inForce, reported } from '#test/support/desk/measured.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => {
  const { portal } = trial
  return {
    '/appeal/:token': {
      async open() {
        const { id } = await inForce(trial)
        const path = `/appeal/${signToken(portal.keyring, appealPurpose, id)}`
        return { visitor: portal.visitor(), path, fields: { appeal: 'It was not me.' } }
      },
      leads: /^\/appeal\//,
    },
    '/staff/appeals/:id/decide': {
      async open() {
        // The person who took the measure may not decide.
        const { accountId, caseId } = await reported(trial)
        const carl = await enrolStaff(portal, trial.login(), 'senior')
        const id = await propose(portal, {
          accountId,
          caseId,
          by: trial.bela.id,
          measure: 'limit-sending',
        })
        await approve(portal, id, carl.id)
        const from = `/staff/appeals/${await appealAgainst(portal, id)}`
        return {
          visitor: trial.ada.visitor,
          path: `${from}/decide`,
          fields: { decision: 'lifted' },
          from,
        }
      },
      leads: /^\/staff\/cases\/\d+$/,
    },
  }
}
