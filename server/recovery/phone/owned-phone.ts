import { maskPhone } from '#server/core/identifiers/phone-number.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { OwnedMethod } from '#server/recovery/flow/recovery-method.ts'
import { findConfirmation } from '../contacts/store.ts'
import { listUnproven } from '../contacts/unproven-store.ts'
import {
  findPhone,
  markPhoneDoubtful,
  markPhoneProven,
  type Phone,
  removePhone,
  restorePhone,
} from './store.ts'

const id = 'phone'
const own = { id, weak: false, href: '/account/recovery/phone' } as const

export const ownedPhone = (keyring: Keyring): OwnedMethod => ({
  id,
  flashes: ['phone-linked', 'phone-removed'],
  async describe(db, accountId, at) {
    const phone = await findPhone(db, keyring, accountId)
    if (phone) {
      const { value, confirmedAt: since, provenAt, doubtful } = phone
      const masked = maskPhone(value)
      const doubt = doubtful ? { doubtful } : {}
      return { ...own, state: 'set', masked, since, provenAt, ...doubt }
    }
    const pending = await findConfirmation(db, keyring, accountId, id)
    if (!pending || pending.spentAt || pending.expiresAt <= at) return { ...own, state: 'none' }
    return { ...own, state: 'pending', masked: maskPhone(pending.contact.value) }
  },
  findContact: (db, accountId) => findPhone(db, keyring, accountId),
  proveContact: markPhoneProven,
  listUnproven: (db, asked) => listUnproven(db, 'phones', asked),
  async sureSince(trx, accountId) {
    const found = await findPhone(trx, keyring, accountId)
    return found?.doubtful ? undefined : found?.confirmedAt
  },
  doubt: markPhoneDoubtful,
  async remove(trx, accountId) {
    await removePhone(trx, keyring, accountId)
  },
  distrust: async (trx, accountId) => (await removePhone(trx, keyring, accountId)) !== undefined,
  async restore(trx, accountId, old, at) {
    const put = await restorePhone(trx, keyring, accountId, old as Phone, at)
    return put.kind === 'put' ? 'restored' : 'taken'
  },
})
