import type { KnownAppPassword } from '../app-passwords/store.ts'
import type { MailService } from '../mail-platform/mail-platform.ts'
import type { ClientSignIn, GoodMark } from './store.ts'

export interface Facts {
  readonly marks: ReadonlyMap<string, GoodMark>
  readonly appPasswords: ReadonlyMap<string, KnownAppPassword>
  readonly passwordSince: Date
  readonly mainPasswordOpensMail: boolean
}

/** Texts of a reason: `client-sign-ins.why.<reason>` and `….todo.<reason>`. */
export type Explained =
  | { readonly reason: 'succeeded' }
  | { readonly reason: 'succeeded-app-password' | 'app-password-held'; readonly name: string }
  | { readonly reason: 'app-password-revoked'; readonly name: string; readonly since: Date }
  | { readonly reason: 'wrong-service'; readonly name: string; readonly service: MailService }
  | { readonly reason: 'old-password'; readonly since: Date }
  | {
      readonly reason:
        | 'whole-address'
        | 'blocked'
        | 'not-judged'
        | 'app-password-needed'
        | 'wrong-password'
    }

export function explain(signIn: ClientSignIn, facts: Facts): Explained {
  switch (signIn.outcome) {
    case 'succeeded': {
      const used = signIn.appPasswordId && facts.appPasswords.get(signIn.appPasswordId)
      return used ? { reason: 'succeeded-app-password', name: used.name } : { reason: 'succeeded' }
    }
    case 'short-name':
      return { reason: 'whole-address' }
    case 'blocked':
    case 'not-judged':
      return { reason: signIn.outcome }
    case 'refused':
      return explainRefusal(signIn, facts)
  }
}

/** A refused password that once opened the mailbox is known by its mark. */
function explainRefusal(signIn: ClientSignIn, facts: Facts): Explained {
  const mark = facts.marks.get(signIn.mark.toString('hex'))
  const unknown: Explained = {
    reason: facts.mainPasswordOpensMail ? 'wrong-password' : 'app-password-needed',
  }
  if (!mark) return unknown
  if (mark.appPasswordId) {
    const known = facts.appPasswords.get(mark.appPasswordId)
    if (!known) return unknown
    const { name, services, heldAt, revokedAt } = known
    if (revokedAt) return { reason: 'app-password-revoked', name, since: revokedAt }
    if (heldAt) return { reason: 'app-password-held', name }
    if (!services.includes(signIn.service))
      return { reason: 'wrong-service', name, service: signIn.service }
    return unknown
  }
  if (mark.lastGoodAt < facts.passwordSince)
    return { reason: 'old-password', since: facts.passwordSince }
  return unknown
}
