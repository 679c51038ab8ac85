// What the welcome page shows: how far the mailbox is, and the methods that can be added now.
import type { MailboxState } from '#server/mail/mailboxes/describe-mailbox.ts'
import type { DescribedMethod } from '#server/recovery/flow/recovery-method.ts'

type WelcomeMethod = Pick<DescribedMethod, 'id' | 'href' | 'weak' | 'state'>

const describeMethod = ({ id, href, weak }: WelcomeMethod) => ({
  id,
  href,
  strength: weak ? 'weak' : 'strong',
  tagKind: weak ? 'wait' : 'good',
})

export const describeWelcome = (
  { address, state }: { readonly address: string; readonly state: MailboxState },
  methods: readonly WelcomeMethod[],
) => ({
  address,
  notice: { state, kind: state === 'ready' ? 'success' : 'info' },
  methods: methods
    .filter((method) => method.state === 'none' || method.state === 'pending')
    .map(describeMethod),
})
