import { confirmTokenOf } from '#server/desk/reporters/confirm-token.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { ourDomain } from '#test/support/desk/abuse.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal, login }) => ({
  '/report/confirm/:token': {
    async open() {
      const { id } = await takeReport(portal.parts.desk, {
        channel: 'form',
        kind: 'spam',
        how: 'none',
        source: null,
        sender: `${login()}@${ourDomain}`,
        reporter: `${login()}@elsewhere.example`,
        note: 'Every day.',
        locale: 'en',
        network: '192.0.2.1',
        acknowledge: false,
      })
      const path = `/report/confirm/${confirmTokenOf(portal, id)}`
      return { visitor: portal.visitor(), path, from: path }
    },
    leads: /^\/report\/confirm\//,
  },
})
