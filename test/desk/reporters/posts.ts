import { confirmTokenOf } from '#server/desk/reporters/confirm-token.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { ourDomain } from '#test/support/desk/abuse.ts'
import type { TestPortal } from '#test/support/portal.ts'
import type { Posts } from '#test/support/web/posts.ts'

/** @param name of a sender and of a reporter */
async function confirmPage(portal: TestPortal, name: string): Promise<string> {
  const { id } = await takeReport(portal.parts.desk, {
    channel: 'form',
    kind: 'spam',
    how: 'none',
    source: null,
    sender: `${name}@${ourDomain}`,
    reporter: `${name}@elsewhere.example`,
    note: 'Every day.',
    locale: 'en',
    network: '192.0.2.1',
    acknowledge: false,
  })
  return `/report/confirm/${confirmTokenOf(portal, id)}`
}

export const linkPage = (portal: TestPortal): Promise<string> => confirmPage(portal, 'by.link')

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = ({ portal, login }) => ({
  '/report/confirm/:token': {
    async open() {
      const path = await confirmPage(portal, login())
      return { visitor: portal.visitor(), path, from: path }
    },
    leads: /^\/report\/confirm\//,
  },
})
