// A contact in doubt may be a stranger's: it gives no way back beside one that is beyond doubt.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { findBackupAddress } from '#server/backup-address/store.ts'
import { findPhone, putPhone } from '#server/phone/store.ts'
import { applyReset } from '#server/recovery/apply-reset.ts'
import { doJobs, writtenMessages } from './support/by-hand.ts'
import { throughDoor } from './support/door.ts'
import { startTestPortal, type TestPortal } from './support/portal.ts'
import { begin, type Equipped, equip, forgetLimits, setPassword } from './support/recovery.ts'

let portal: TestPortal
before(async () => {
  portal = await startTestPortal({ worker: false })
})
after(() => portal.stop())
beforeEach(() => forgetLimits(portal))

const fresh = 'a new and longer sentence'
const doubtPhone = ({ accountId }: Equipped) =>
  portal.db('phones').where({ account_id: accountId }).update({ doubtful_at: portal.clock.now() })
const doubtAddress = ({ accountId }: Equipped) =>
  portal.db('backup_addresses').where({ account_id: accountId }).update({ doubtful_at: portal.clock.now() })
const isDoubtful = async ({ accountId }: Equipped) => ({
  phone: (await findPhone(portal.db, portal.keyring, accountId))?.doubtful === true,
  address: (await findBackupAddress(portal.db, portal.keyring, accountId))?.doubtful === true,
})

/** What a recovery sends to the contact. */
async function sentBy(person: Equipped, contact: 'phone' | 'address') {
  const visitor = await begin(portal, person.login)
  const { length } = await writtenMessages(portal.db, portal.keyring)
  if (contact === 'phone') {
    await visitor.post('/recover/sms', { phone: person.phone })
    await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code')
  } else {
    await visitor.post('/recover/backup-address', { address: person.address })
    await doJobs(portal.db, portal.tasks, 'backup-address:send-recovery-link')
  }
  const written = (await writtenMessages(portal.db, portal.keyring)).slice(length)
  return { visitor, params: written.find(({ to }) => to === person[contact])?.params }
}

describe('a contact in doubt', () => {
  it('gives no way back while another one is beyond doubt', async () => {
    const person = await equip(portal)
    await doubtPhone(person)
    assert.equal((await sentBy(person, 'phone')).params, undefined)
    assert.ok((await sentBy(person, 'address')).params?.token)
    const other = await equip(portal)
    await doubtAddress(other)
    assert.equal((await sentBy(other, 'address')).params, undefined)
    assert.ok((await sentBy(other, 'phone')).params?.code)
  })

  it('that came into doubt after its code was taken sets no password', async () => {
    const person = await equip(portal)
    const { visitor, params } = await sentBy(person, 'phone')
    const proven = await visitor.post('/recover/sms/code', { code: params?.code ?? '' })
    assert.equal(proven.location, '/recover/new-password')
    await doubtPhone(person)
    const verifierOf = async () =>
      (await portal.db('accounts').where({ id: person.accountId }).first()).password_verifier
    const verifier = await verifierOf()
    const refused = await setPassword(visitor, fresh)
    assert.deepEqual([refused.status, refused.errors], [422, ['link.dead']])
    assert.equal(await verifierOf(), verifier)
  })

  it('gives a way back where every other one is in doubt as well, and a probation begins', async () => {
    const person = await equip(portal)
    await doubtPhone(person)
    await doubtAddress(person)
    const { visitor, params } = await sentBy(person, 'phone')
    await visitor.post('/recover/sms/code', { code: params?.code ?? '' })
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const { probation_until: until } = await portal.db('accounts').where({ id: person.accountId }).first()
    assert.ok(until > portal.clock.now())
  })
})

describe('a contact that was linked shortly before a reset', () => {
  const reset = ({ accountId }: Equipped, provenBy: 'phone' | 'backup-address') =>
    throughDoor(portal.db, accountId, async (trx) => {
      const password = { plain: fresh, verifier: await portal.parts.hasher.hash(fresh) }
      const trace = { device: '', place: '' }
      await applyReset(trx, portal.parts, {
        ...{ accountId, provenBy, weak: false, password, at: portal.clock.now(), trace },
      })
    })
  const linkPhoneNow = ({ accountId, phone }: Equipped) =>
    throughDoor(portal.db, accountId, (trx) => {
      const at = portal.clock.now()
      return putPhone(trx, portal.keyring, {
        accountId,
        e164: phone.replace(/^\+37529/, '+37533'),
        confirmedAt: at,
        provenAt: at,
        at,
      })
    })

  it('is in doubt where an older one recovers, and the older one is not', async () => {
    const person = await equip(portal)
    await linkPhoneNow(person)
    await reset(person, 'backup-address')
    assert.deepEqual(await isDoubtful(person), { phone: true, address: false })
    const events = await portal.db('activity').where({ account_id: person.accountId }).pluck('event')
    assert.ok(events.includes('phone.doubted'))
  })

  it('brings no older one into doubt where it recovers itself', async () => {
    const person = await equip(portal)
    await linkPhoneNow(person)
    await reset(person, 'phone')
    assert.deepEqual(await isDoubtful(person), { phone: false, address: false })
  })
})
