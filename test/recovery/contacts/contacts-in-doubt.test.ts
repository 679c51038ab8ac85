// A contact in doubt may be a stranger's: it gives no way back beside one that is beyond doubt.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { findBackupAddress } from '#server/recovery/backup-address/store.ts'
import { findPhone, putPhone } from '#server/recovery/phone/store.ts'
import { applyReset } from '#server/recovery/reset/apply-reset.ts'
import { underLock } from '#test/support/account-lock.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import { signIn } from '#test/support/people.ts'
import { doJobs, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { begin, type Equipped, equip, setPassword } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ freshLimits: true, worker: false })

const fresh = 'a new and longer sentence'
const doubtPhone = ({ accountId }: Equipped) =>
  portal.db('phones').where({ account_id: accountId }).update({ doubtful_at: portal.clock.now() })
const doubtAddress = ({ accountId }: Equipped) =>
  portal
    .db('backup_addresses')
    .where({ account_id: accountId })
    .update({ doubtful_at: portal.clock.now() })
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
  it('a contact in doubt gives no way back while another one is beyond doubt', async () => {
    const person = await equip(portal)
    await doubtPhone(person)
    assert.equal((await sentBy(person, 'phone')).params, undefined)
    assert.ok((await sentBy(person, 'address')).params?.token)
    const other = await equip(portal)
    await doubtAddress(other)
    assert.equal((await sentBy(other, 'address')).params, undefined)
    assert.ok((await sentBy(other, 'phone')).params?.code)
  })

  it('a proof by a contact that came into doubt meanwhile sets no password', async () => {
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

  it('a contact in doubt gives a weak way back if every other one is in doubt too', async () => {
    const person = await equip(portal)
    await doubtPhone(person)
    await doubtAddress(person)
    const { visitor, params } = await sentBy(person, 'phone')
    await visitor.post('/recover/sms/code', { code: params?.code ?? '' })
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const { probation_until: until } = await portal
      .db('accounts')
      .where({ id: person.accountId })
      .first()
    assert.ok(until > portal.clock.now())
  })
})

describe('a contact that was linked shortly before a reset', () => {
  const reset = ({ accountId }: Equipped, provenBy: 'phone' | 'backup-address') =>
    underLock(portal.db, accountId, async (trx) => {
      const password = { plain: fresh, verifier: await portal.parts.hasher.hash(fresh) }
      const client = { device: '', place: '' }
      await applyReset(trx, portal.parts, {
        accountId,
        provenBy,
        weak: false,
        password,
        at: portal.clock.now(),
        client,
      })
    })
  const linkPhoneNow = ({ accountId, phone }: Equipped) =>
    underLock(portal.db, accountId, (trx) => {
      const at = portal.clock.now()
      return putPhone(trx, portal.keyring, {
        accountId,
        e164: phone.replace(/^\+37529/, '+37533'),
        confirmedAt: at,
        provenAt: at,
        at,
      })
    })

  it('a contact that was linked shortly before a reset by an older one is in doubt', async () => {
    const person = await equip(portal)
    await linkPhoneNow(person)
    await reset(person, 'backup-address')
    assert.deepEqual(await isDoubtful(person), { phone: true, address: false })
    const events = await portal
      .db('activity')
      .where({ account_id: person.accountId })
      .pluck('event')
    assert.ok(events.includes('phone.doubted'))
  })

  it('a contact that recovers brings no older one into doubt', async () => {
    const person = await equip(portal)
    await linkPhoneNow(person)
    await reset(person, 'phone')
    assert.deepEqual(await isDoubtful(person), { phone: false, address: false })
  })
})

describe('a security question that came later than a contact', () => {
  const theirs = { question: 'first-job', answer: 'Гарбарня на Нямізе' }
  const page = '/account/recovery'
  const setBy = async (person: { login: string; password: string }) => {
    const visitor = await signIn(portal, person)
    assert.equal((await visitor.post(`${page}/security-question`, theirs)).location, page)
  }
  /** Where the answer leads; undefined where it is refused. */
  async function answerLeads({ login }: Equipped): Promise<string | undefined> {
    const visitor = await begin(portal, login)
    return (
      (await visitor.post('/recover/security-question', { answer: theirs.answer })).location ??
      undefined
    )
  }
  const operator = (...words: string[]) =>
    runCommand(words, {
      DATABASE_URL: portal.database.url,
      SECRET_KEYS: portal.settings.secretKeys.join(),
    })
  const recoverBy = (contact: 'phone' | 'address') => async (person: Equipped) => {
    const { visitor, params } = await sentBy(person, contact)
    if (contact === 'phone') await visitor.post('/recover/sms/code', { code: params?.code ?? '' })
    else await visitor.get(`/recover/link/${params?.token}`)
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
  }

  const ends: Record<string, (person: Equipped) => Promise<unknown>> = {
    'a reset by a code': recoverBy('phone'),
    'a reset by a link': recoverBy('address'),
    'an own change of the password': ({ browser }) =>
      browser.post('/account/password', { password: fresh }),
    'the end of all other sessions': ({ browser }) =>
      browser.post('/account/sessions/end-others', {}, { from: '/account/password' }),
    'an operator who ends all sessions': ({ login }) => operator('account', 'end-sessions', login),
    async 'support who ends all sessions'({ accountId }) {
      const { visitor } = await enrolStaff(portal, `support-${randomUUID().slice(0, 8)}`, 'support')
      const page = `/staff/accounts/${accountId}`
      assert.equal((await visitor.post(`${page}/end-sessions`, {}, { from: page })).location, page)
    },
    async 'a measure of the desk'({ accountId, login }) {
      const by = await enrolStaff(portal, `senior-${randomUUID().slice(0, 8)}`, 'senior')
      await portal.startWorker()
      await reportLetter(portal, { accountId, login })
      const caseId = await caseOf(portal, accountId)
      await portal.stopWorker()
      const wanted = {
        accountId,
        caseId,
        measure: 'compromised',
        cause: 'phishing',
        until: null,
      } as const
      const taken = await takeMeasure(portal.parts.desk, wanted, {
        staffId: by.id,
        right: 'senior',
      })
      assert.equal(taken.kind, 'taken')
    },
    async 'a block by an operator'({ login }) {
      await operator('account', 'block', login, '--reason', 'ticket 1')
      await operator('account', 'unblock', login)
    },
  }
  for (const [name, end] of Object.entries(ends)) {
    it(`a question that came later than a contact opens nothing after ${name}`, async () => {
      const person = await equip(portal)
      await setBy(person)
      await end(person)
      assert.equal(await answerLeads(person), undefined)
      const events = await portal
        .db('activity')
        .where({ account_id: person.accountId })
        .pluck('event')
      assert.ok(events.includes('security-question.doubted'))
    })
  }

  it('a later question opens nothing after “this was not me” to a changed password', async () => {
    const person = await equip(portal)
    await person.browser.post('/account/password', { password: 'chosen by a stranger' })
    await setBy({ login: person.login, password: 'chosen by a stranger' })
    const written = await writtenMessages(portal.db, portal.keyring)
    const letter = written.find(
      ({ name, to }) => name === 'password-changed' && to === person.address,
    )
    const link = `/undo/${letter?.params.undoToken}`
    assert.equal((await portal.visitor().post(link)).location, '/recover/new-password')
    assert.equal(await answerLeads(person), undefined)
  })

  it('a question in doubt says so, and answers again when its owner has set it again', async () => {
    const person = await equip(portal)
    await setBy(person)
    await recoverBy('address')(person)
    const owner = await signIn(portal, { login: person.login, password: fresh })
    const { html } = await owner.get(page)
    assert.match(html, /In doubt/)
    assert.match(html, /Set it again/)
    assert.equal((await owner.post(`${page}/security-question`, theirs)).location, page)
    assert.doesNotMatch((await owner.get(page)).html, /Set it again/)
    assert.equal(await answerLeads(person), '/recover/new-password')
  })

  it('a question as old as the contact goes on answering', async () => {
    const person = await equip(portal)
    await recoverBy('address')(person)
    const visitor = await begin(portal, person.login)
    const answered = await visitor.post('/recover/security-question', { answer: person.answer })
    assert.equal(answered.location, '/recover/new-password')
  })
})
