// Recovery by backup address: the visitor types the address in full and gets a link.

import type { Db } from '#db/connection.ts'
import type { AccountSettings } from '#server/accounts/accounts/settings.ts'
import { msPerSecond } from '#server/core/durations.ts'
import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { SecurityLog } from '#server/kit/log/security-log.ts'
import type { MessageParts } from '#server/kit/messages/send-message.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import { givesWayBack } from '../contacts/contact.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { findLink, findLinkFate, findLinkRequest, putLinkRequest, spendLink } from './link-store.ts'
import type { MailLimit } from './mail-limit.ts'
import { ownedBackupAddress } from './owned-backup-address.ts'
import { sendLinkTask, sendRecoveryLink } from './send-recovery-link.ts'
import type { BackupAddressSettings } from './settings.ts'
import { createShownLinkLimit } from './shown-link-limit.ts'
import { findBackupAddress, markBackupAddressProven } from './store.ts'

export interface BackupAddressMethodParts extends MessageParts {
  readonly db: Db
  readonly mailLimit: MailLimit
  readonly methods: Pick<RecoveryMethods, 'contactsOf'>
  readonly log: SecurityLog
  readonly settings: BackupAddressSettings & AccountSettings & Pick<KitSettings, 'mailDomains'>
}

const help = {
  title: 'help-recovery.backup-address.title',
  text: 'help-recovery.backup-address.text',
} as const

const refused = (reason: string) => ({ kind: 'refused', reason }) as const

export function backupAddressMethod(parts: BackupAddressMethodParts): RecoveryMethod {
  const { keyring, settings } = parts
  const shownLimit = createShownLinkLimit(keyring, settings)
  const ownDomains = settings.mailDomains
  return {
    ...ownedBackupAddress(keyring),
    id: 'backup-address',
    isOffered: true,
    hold: 'never',
    strength: 'strong',
    help,
    pages: {
      rank: 1,
      challenge: { page: 'recover-backup-address', path: 'backup-address', field: 'address' },
      proof: { page: 'recover-backup-address-sent', path: 'backup-address/sent', field: null },
    },
    async showProof(db, { id, askerKey, at }) {
      const request = await findLinkRequest(db, keyring, id)
      if (!request) return null
      const { wait, left } = await shownLimit.look(db, askerKey, request.typed.canonical)
      return {
        address: request.typed.address,
        minutes: settings.linkMinutes,
        left,
        againAt: wait > 0 ? new Date(at.getTime() + wait * msPerSecond) : null,
      }
    },
    sends: async (db, { id }) => (await findLinkRequest(db, keyring, id))?.sends ?? 0,
    async challenge(trx, flow, input, seen) {
      const parsed = input === null ? null : parseEmailAddress(input, { ownDomains })
      if (parsed?.kind === 'refused') return refused(parsed.reason)
      const request = await findLinkRequest(trx, keyring, flow.id)
      const address = parsed ?? request?.typed
      if (!address) return refused('missing')
      // A second click must not void the link that is on its way.
      const isSame = request?.typed.canonical === address.canonical
      if (isSame && seen !== undefined && seen !== request.sends) return { kind: 'asked' }
      await shownLimit.count(trx, flow.askerKey, address.canonical)
      const { locale, client } = flow
      const typed = { address: address.address, canonical: address.canonical, locale, client }
      const sends = await putLinkRequest(trx, keyring, { flowId: flow.id, typed, at: flow.at })
      // Security: A request does not look up whose contact was typed.
      const { id: flowId, accountId, epoch, limitKey: budgetKey } = flow
      await enqueue(trx, sendLinkTask, { flowId, accountId, epoch, budgetKey, sends })
      return { kind: 'asked' }
    },
    prove: async () => refused('wrong'),
    openLink: findLink,
    findLinkFate,
    async settle(trx, { accountId, at }, tokenHash) {
      if (!tokenHash || !(await spendLink(trx, { accountId, tokenHash, at }))) return false
      const own = await findBackupAddress(trx, keyring, accountId)
      const all = await parts.methods.contactsOf(trx, accountId)
      if (!own || !givesWayBack(own, all)) return false
      await markBackupAddressProven(trx, accountId, at)
      return own.doubtful ? 'weak' : 'strong'
    },
    tasks: { [sendLinkTask]: (payload) => sendRecoveryLink(parts, payload) },
  }
}
