// What a stolen database shows. Each new kind of secret is added here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPayload } from '#server/kit/messages/payload.ts'
import { usePortal } from '#test/support/use-portal.ts'
import { assertAbsent, dumpDatabase } from './support/dump.ts'
import { awaitCode, awaitSent } from './support/messages/outbox.ts'
import { hanna, register } from './support/people.ts'
import { awaitLink, begin, equip, setPassword } from './support/recovery/recovery.ts'

const portal = usePortal({ worker: false })

const phone = '+375291234567'
const backup = 'hanna.private@elsewhere.example'
const answer = 'Гарбарня на Нямізе'

/** Secrets of the waiting messages, opened with the key outside the database. */
async function waitingSecrets(): Promise<Record<string, string>> {
  const rows = await portal.db('messages').whereNotNull('payload').select('payload')
  const secrets: Record<string, string> = {}
  for (const { payload } of rows) {
    const { params } = openPayload(portal.keyring, payload)
    for (const [name, value] of Object.entries(params))
      if (/^code$|token$/i.test(name) && typeof value === 'string')
        secrets[`${name} ${value.slice(0, 2)}`] = value
  }
  return secrets
}

const contacts = {
  phone,
  'phone without its plus': phone.slice(1),
  'phone of home': '291234567',
  'backup address': backup,
  'name of the backup address': 'hanna.private',
}
const typed = { password: hanna.password, answer, 'normal form of the answer': 'гарбарнянанямізе' }

test('the database never shows a contact, answer, code, token or password in clear', async () => {
  const visitor = await register(portal, hanna)
  await visitor.post('/account/recovery/phone', { phone })
  await visitor.post('/account/recovery/backup-address', { address: backup })
  const waiting = await waitingSecrets()
  assert.equal(Object.keys(waiting).length, 3)
  const queued = await dumpDatabase(portal.db)
  assert.match(queued, /graphile_worker\._private_jobs .*messageId/)
  assertAbsent(queued, { ...contacts, ...typed, ...waiting })

  await portal.startWorker()
  const codes = [await awaitCode(portal, phone), await awaitCode(portal, backup)]
  await visitor.post('/account/recovery/phone/confirm', { code: codes[0] ?? '' })
  await visitor.post('/account/recovery/backup-address/confirm', { code: codes[1] ?? '' })
  await visitor.post('/account/recovery/security-question', { question: 'first-job', answer })
  await portal.stopWorker()
  await visitor.post('/account/recovery/phone/remove', {}, { from: '/account/recovery' })
  const tokens = await waitingSecrets()
  assert.ok(Object.keys(tokens).some((name) => name.startsWith('undoToken')))
  const linked = await dumpDatabase(portal.db)
  assertAbsent(linked, {
    ...contacts,
    ...typed,
    ...tokens,
    'first code': codes[0] ?? '',
    'second code': codes[1] ?? '',
  })

  await portal.startWorker()
  await awaitSent(portal, phone, 4)
  const session = decodeURIComponent(visitor.cookies.get('session') ?? '').replace(
    /^s:(.+)\.[^.]+$/,
    '$1',
  )
  const cookies = {
    session,
    device: visitor.cookies.get('device') ?? '',
    csrf: visitor.cookies.get('csrf') ?? '',
  }
  assertAbsent(await dumpDatabase(portal.db), { ...contacts, ...typed, ...tokens, ...cookies })
})

test('the database shows no secret of a recovery in clear', async () => {
  await portal.stopWorker()
  const person = await equip(portal, 'forgetful')
  const own = {
    phone: person.phone,
    'phone of home': person.phone.slice(4),
    'backup address': person.address,
  }
  const spoken = { answer: person.answer, 'normal form of the answer': 'каліноускаягай' }
  const strange = {
    'typed number': '+375447654321',
    'typed address': 'typed.by.a.stranger@elsewhere.example',
  }
  const visitor = await begin(portal, person.login)
  await visitor.post('/recover/backup-address', { address: strange['typed address'] })
  await visitor.post('/recover/sms', { phone: strange['typed number'] })
  const other = await begin(portal, person.login)
  await other.post('/recover/backup-address', { address: person.address })
  await other.post('/recover/sms', { phone: person.phone })
  await other.post('/recover/security-question', { answer: 'a wrong answer of somebody' })
  const asked = await dumpDatabase(portal.db)
  assert.match(asked, /send-recovery-code/)
  assertAbsent(asked, {
    ...own,
    ...spoken,
    ...strange,
    'wrong answer': 'a wrong answer of somebody',
  })

  await portal.startWorker()
  const code = await awaitCode(portal, person.phone)
  const link = await awaitLink(portal, person.address)
  const secrets = {
    code,
    link: link.replace('/recover/link/', ''),
    flow: other.cookies.get('recovery') ?? '',
  }
  assertAbsent(await dumpDatabase(portal.db), { ...own, ...spoken, ...strange, ...secrets })
  await other.post('/recover/sms/code', { code })
  await portal.stopWorker()
  const password = 'a new and longer sentence'
  assert.equal((await setPassword(other, password)).location, '/recover/done')
  const tokens = await waitingSecrets()
  assert.ok(Object.keys(tokens).some((name) => name.startsWith('undoToken')))
  assertAbsent(await dumpDatabase(portal.db), {
    ...own,
    ...spoken,
    ...secrets,
    ...tokens,
    password,
  })
})

test('the search for clear text finds what is in clear', async () => {
  const dump = await dumpDatabase(portal.db)
  assert.throws(
    () => assertAbsent(dump, { mailbox: 'hanna.k@postern.example' }),
    /mailbox stands in the database/,
  )
  await portal
    .db('rate_limits')
    .insert({ key: `x:${Buffer.from(phone).toString('base64url')}`, points: 1 })
  const spoilt = await dumpDatabase(portal.db)
  assert.throws(() => assertAbsent(spoilt, { phone }), /phone stands in the database/)
})
