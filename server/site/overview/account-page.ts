// Turns states into the names of texts and tags that the account page shows.
import type { DescribedMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'

type PasswordFacts = Pick<
  DescribedMailbox,
  'passwordPending' | 'passwordWasChanged' | 'passwordLiveSince'
>

export interface ShownPassword {
  /** A name under `account.mailbox`. */
  readonly text: string
  readonly since: Date | null
}

export function showPassword(mailbox: PasswordFacts): ShownPassword {
  const { passwordPending, passwordWasChanged, passwordLiveSince } = mailbox
  if (passwordPending && passwordWasChanged) return { text: 'passwordPending', since: null }
  if (passwordPending) return { text: 'passwordComing', since: null }
  if (passwordWasChanged) return { text: 'passwordLive', since: passwordLiveSince }
  return { text: 'passwordUnchanged', since: null }
}

const tagKinds: Readonly<Record<string, string>> = { set: 'good', pending: 'wait' }

export interface MethodTag {
  /** A name under `methods.state`. */
  readonly text: string
  readonly kind: string | undefined
}

export function showMethodState(method: { state: string; doubtful?: unknown }): MethodTag {
  if (method.doubtful) return { text: 'doubtful', kind: 'bad' }
  return { text: method.state, kind: tagKinds[method.state] }
}

/** The text of the button below the warnings, a name under `account.warnings`. */
export const warningAction = ([gravest]: readonly string[]): string =>
  gravest === 'doubtful' ? 'check' : 'action'
