import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { underLock } from '#test/support/account-lock.ts'
import { awaitCode, awaitSent, sentTo } from '#test/support/messages/outbox.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

const mailbox = 'hanna.k@postern.example'
const phone = '+375291112233'
const backup = 'hanna@elsewhere.example'

test('a changed password and a new browser are announced once to every reader', async () => {
  const visitor = await register(portal, hanna)
  await visitor.post('/account/recovery/phone', { phone })
  await visitor.post('/account/recovery/phone/confirm', { code: await awaitCode(portal, phone) })
  await visitor.post('/account/recovery/backup-address', { address: backup })
  await visitor.post('/account/recovery/backup-address/confirm', {
    code: await awaitCode(portal, backup),
  })
  await awaitSent(portal, phone, 3)
  await awaitSent(portal, mailbox, 2)
  await awaitSent(portal, backup, 2)

  const password = 'a new and longer sentence'
  assert.equal((await visitor.post('/account/password', { password })).status, 303)
  await signIn(portal, { ...hanna, password })
  const notices = await Promise.all([
    awaitSent(portal, phone, 5),
    awaitSent(portal, mailbox, 4),
    awaitSent(portal, backup, 4),
  ])
  const links = notices.flatMap((sent) =>
    sent.slice(0, 2).map((each) => /\/undo\/([\w-]{43})/.exec(each.text)?.[1]),
  )
  assert.ok(links.every((link) => link !== undefined))
  assert.equal(new Set(links).size, 6)
  const { rows } =
    await portal.db.raw(`select change, count(*)::int, count(distinct change_id)::int as changes
    from undos where change in ('password.changed', 'sign-in.new-device')
    group by change order by change`)
  assert.deepEqual(rows, [
    { change: 'password.changed', count: 3, changes: 1 },
    { change: 'sign-in.new-device', count: 3, changes: 1 },
  ])
})

test('a known browser causes no notice, and many new ones a day cause no SMS', async () => {
  const password = 'a new and longer sentence'
  const before = (await sentTo(portal, phone)).length
  const known = portal.visitor()
  for (let i = 0; i < 4; i++)
    await signIn(portal, { ...hanna, password }, i === 0 ? known : portal.visitor())
  known.cookies.delete('session')
  await signIn(portal, { ...hanna, password }, known)
  const letters = await awaitSent(portal, mailbox, 8)
  assert.equal(letters.length, 8)
  const sms = await awaitSent(portal, phone, before + 2)
  assert.equal(sms.length, before + 2)
  const { rows } = await portal.db.raw(
    `select count(distinct change_id)::int as n from undos where change = 'sign-in.new-device'`,
  )
  assert.equal(rows[0].n, 5)
})

test('a contact that came with the disputed change gets no link to undo it', async () => {
  const visitor = await register(portal, piotr)
  const address = 'piotr@elsewhere.example'
  await visitor.post('/account/recovery/backup-address', { address })
  await visitor.post('/account/recovery/backup-address/confirm', {
    code: await awaitCode(portal, address),
  })
  const notices = await awaitSent(portal, address, 2)
  assert.match(notices[0]?.subject ?? '', /backup address was linked/)
  assert.ok(notices.every((each) => !each.text.includes('/undo/')))
})

test('a change that is rolled back leaves no notice and no link', async () => {
  const { db } = portal
  const account = await db('accounts').where({ address: mailbox }).first()
  const count = async () => {
    const { rows } = await db.raw(`select (select count(*) from messages) as messages,
      (select count(*) from undos) as undos,
      (select count(*) from graphile_worker.jobs) as jobs`)
    return rows[0]
  }
  await portal.stopWorker()
  const before = await count()
  const client = { device: '', place: '' }
  await assert.rejects(
    underLock(db, account.id, async (trx) => {
      const notice = {
        accountId: account.id,
        name: 'password-changed',
        params: {},
        change: 'password.changed',
      } as const
      await notifyOwner(trx, portal.parts, { ...notice, at: portal.clock.now(), client })
      throw new Error('the change failed')
    }),
    /the change failed/,
  )
  assert.deepEqual(await count(), before)
  await portal.startWorker()
})
