import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadCommands } from '#server/cli/commands.ts'
import { runCommand } from '#server/cli/portal.ts'
import { listAudit, verifyAudit } from '#server/desk/audit/store.ts'
import { factorSealPurpose } from '#server/desk/staff/factor.ts'
import { prepareFactor } from '#server/desk/staff/factor-store.ts'
import { underLock } from '#test/support/account-lock.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { accountIdOf, hanna, piotr, register, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

let env: Record<string, string>
const portal = usePortal({}, async (portal) => {
  env = {
    DATABASE_URL: portal.database.url,
    SECRET_KEYS: portal.settings.secretKeys.join(),
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    BASE_URL: portal.url,
  }
  await register(portal, hanna)
})

const run = (line: string) => runCommand(line.split(' '), env)
const eventsOf = async (event: string) => (await portal.db('activity').where({ event })).length

test('every command has help, and an unknown command or option is a usage error', async () => {
  for (const command of await loadCommands()) {
    const outcome = await run(`${command.words.join(' ')} --help`)
    assert.equal(outcome.status, 0, command.words.join(' '))
    assert.match(outcome.text, /^Usage: portal /)
  }
  assert.equal((await run('nonsense')).status, 2)
  assert.equal((await run('account show')).status, 2)
  assert.equal((await run('account show hanna.k --nonsense')).status, 2)
  assert.equal((await runCommand(['config'], { PORT: 'x' })).status, 78)
})

test('the config command never prints a secret', async () => {
  const outcome = await run('config --json')
  assert.ok(!JSON.stringify(outcome.data).includes(portal.settings.secretKeys[0] ?? ''))
  assert.ok(!outcome.text.includes(portal.settings.secretKeys[0] ?? ''))
  assert.match(outcome.text, /SECRET_KEYS=\(set\)/)
})

test('an operator blocks and unblocks an account at once, and both are recorded', async () => {
  const visitor = await signIn(portal, hanna)
  assert.equal((await run('account block hanna.k --reason spam')).status, 0)
  assert.equal((await run('account block hanna.k')).status, 3)
  assert.equal((await visitor.get('/account')).status, 303)
  const row = () =>
    portal
      .db('mail_directory.mailboxes')
      .where({ address: 'hanna.k@postern.example' })
      .first('suspension')
  await eventually(async () => (await row())?.suspension === 'all')
  assert.equal((await run('account unblock hanna.k@postern.example')).status, 0)
  await eventually(async () => (await row())?.suspension === 'none')
  await signIn(portal, hanna)
  assert.deepEqual(
    [await eventsOf('account.restricted'), await eventsOf('account.unblocked')],
    [1, 1],
  )
})

test('an owner gets notices by mail and SMS of an operator’s block and of its end', async () => {
  const person = await equip(portal)
  assert.equal((await run(`account block ${person.login}`)).status, 0)
  assert.equal((await run(`account block ${person.login}`)).status, 3)
  const entry = await portal
    .visitor()
    .post('/sign-in', { login: person.login, password: person.password })
  assert.equal(entry.location, '/blocked')
  const wrong = await portal
    .visitor()
    .post('/sign-in', { login: person.login, password: 'not the right one' })
  assert.deepEqual(wrong.errors, ['password.wrong'])
  const textsTo = async (to: string, count: number) =>
    (await awaitSent(portal, to, count)).map(({ text }) => text)
  const [mails, sms] = [await textsTo(person.address, 1), await textsTo(person.phone, 1)]
  assert.deepEqual([mails.length, sms.length], [1, 1])
  assert.match(
    mails[0] ?? '',
    /is closed: it neither sends nor receives emails\.\s+Reason: use against the rules/,
  )
  assert.match(mails[0] ?? '', new RegExp(`${portal.url}/appeal/[\\w-]+`))
  assert.match(sms[0] ?? '', new RegExp(`has been restricted.*${portal.url}/`))
  assert.equal((await run(`account unblock ${person.login}`)).status, 0)
  assert.match((await textsTo(person.address, 2))[0] ?? '', /can be used as before/)
  assert.equal((await textsTo(person.phone, 2)).length, 2)
})

test('an operator ends all sessions of an account', async () => {
  const visitor = await signIn(portal, hanna)
  const outcome = await run('account end-sessions hanna.k --json')
  assert.equal(outcome.status, 0)
  assert.equal((await visitor.get('/account')).status, 303)
  assert.equal(await eventsOf('session.ended-by-operator'), 1)
})

test('an operator grants and revokes a named staff role, and both are recorded', async () => {
  assert.equal((await run('staff grant hanna.k --role analyst')).status, 0)
  assert.equal((await run('staff grant hanna.k --role analyst')).status, 3)
  assert.equal((await run('staff grant hanna.k --role king')).status, 2)
  assert.equal((await run('staff grant nobody.here --role analyst')).status, 3)
  const without = await run('staff revoke hanna.k')
  assert.equal(without.status, 2, 'which role is said, never guessed')
  for (const verb of ['grant', 'revoke'])
    assert.match(
      (await run(`staff ${verb} --help`)).text,
      new RegExp(`portal staff ${verb} LOGIN --role$`, 'm'),
    )
  assert.match(
    (await run('account block --help')).text,
    /portal account block LOGIN \[--reason\]$/m,
  )
  assert.equal((await run('staff revoke hanna.k --role analyst')).status, 0)
  assert.deepEqual([await eventsOf('staff.granted'), await eventsOf('staff.revoked')], [1, 1])
})

test('the chain of the audit names each person who gets a role, loses one or enrols again', async () => {
  const actions = async () =>
    (await listAudit(portal.db, {}, 100))
      .filter(({ action }) => action.startsWith('staff.'))
      .map(({ action, staffId, details }) => [action, staffId, details])
      .toReversed()
  const before = (await actions()).length
  const id = await accountIdOf(portal, hanna.login)
  await run('staff grant hanna.k --role senior')
  const secretSealed = portal.keyring.seal(factorSealPurpose, 'ABCDEFGHABCDEFGHABCDEFGHABCDEFGH')
  const keyId = portal.keyring.newestKeyId
  await underLock(portal.db, id, (trx) =>
    prepareFactor(trx, { accountId: id, secretSealed, keyId, at: portal.clock.now() }),
  )
  assert.equal((await run('staff reset-door hanna.k')).status, 0)
  assert.equal((await run('staff reset-door hanna.k')).status, 3)
  await run('staff revoke hanna.k --role senior')
  await run('staff revoke hanna.k --role senior')
  assert.deepEqual((await actions()).slice(before), [
    ['staff.granted', null, { role: 'senior' }],
    ['staff.door-reset', null, {}],
    ['staff.revoked', null, { role: 'senior' }],
  ])
  for await (const broken of verifyAudit(portal.db, portal.keyring))
    assert.fail(JSON.stringify(broken))
})

test('an operator adds an alias, which no other mailbox gets even after its removal', async () => {
  await register(portal, piotr)
  const leadTo = async () => {
    await eventually(
      async () => !(await portal.db('mailboxes').whereRaw('applied_revision < revision').first()),
      // On a busy machine the worker may come to a job only at its second try.
      90,
    )
    const rows = await portal
      .db('mail_directory.addresses')
      .orderBy('address')
      .select('address', 'account_id')
    const mine = await portal
      .db('accounts')
      .where({ address: 'hanna.k@postern.example' })
      .first('id')
    return rows.filter((row) => row.account_id === mine.id).map(({ address }) => address)
  }
  assert.equal((await run('mailboxes alias hanna.k --add postmaster')).status, 0)
  assert.equal((await run('mailboxes alias hanna.k --add postmaster@postern.example')).status, 3)
  assert.deepEqual(await leadTo(), ['hanna.k@postern.example', 'postmaster@postern.example'])
  assert.equal(
    (await run('mailboxes alias piotr --add P0stmaster')).status,
    3,
    'it looks like that of somebody else',
  )
  assert.equal((await run('mailboxes alias piotr --add hanna.k')).status, 3)
  assert.equal((await run('mailboxes alias piotr --add piotr')).status, 3)
  assert.equal((await run('mailboxes alias piotr --add somebody@elsewhere.example')).status, 3)
  assert.deepEqual((await run('mailboxes alias hanna.k --json')).data, {
    address: 'hanna.k@postern.example',
    aliases: ['postmaster@postern.example'],
  })

  assert.equal((await run('mailboxes alias hanna.k --remove postmaster')).status, 0)
  assert.equal((await run('mailboxes alias hanna.k --remove postmaster')).status, 3)
  assert.deepEqual(await leadTo(), ['hanna.k@postern.example'])
  assert.equal((await run('mailboxes alias piotr --add postmaster')).status, 3)
  assert.deepEqual(
    [await eventsOf('mailbox.alias-added'), await eventsOf('mailbox.alias-removed')],
    [1, 1],
  )
})

test('the reconcile command shows drift by its exit status and repairs it', async () => {
  await eventually(async () => (await run('mailboxes reconcile')).status === 0)
  await portal.db('mail_directory.mailboxes').update({ quota_bytes: 1 })
  const found = await run('mailboxes reconcile --json')
  assert.equal(found.status, 1)
  assert.match(JSON.stringify(found.data), /"drifted","fields":\["quota"\]/)
  assert.equal((await run('mailboxes reconcile --fix')).status, 0)
  await eventually(async () => (await run('mailboxes reconcile')).status === 0)
  assert.equal(await eventsOf('mailboxes.reconciled'), 1)
})

test('the rekey command moves every value to the newest key', async () => {
  const [old = ''] = portal.settings.secretKeys
  const fresh = 'fresh-key-0123456789-zyxwvutsrqponmlkjih'
  const during = { ...env, SECRET_KEYS: `${fresh},${old}` }
  assert.equal((await runCommand(['rekey'], during)).status, 0)
  assert.match((await runCommand(['rekey'], during)).text, /newest key/)
  const since = { ...env, SECRET_KEYS: `${fresh},${old}` }
  assert.equal((await runCommand(['doctor'], since)).status, 0)
  const { rows } = await portal.db.raw('select count(distinct key_id)::int as keys from claims')
  assert.equal(rows[0].keys, 1)
})

test('the doctor command finds a changed entry of the activity chain', async () => {
  assert.equal(
    (await run('doctor')).status,
    1,
    'what the other key sealed is out of reach for the old one alone',
  )
  const both = {
    ...env,
    SECRET_KEYS: `fresh-key-0123456789-zyxwvutsrqponmlkjih,${env.SECRET_KEYS}`,
  }
  assert.equal((await runCommand(['doctor'], both)).status, 0)
  await portal
    .db('activity')
    .where({ event: 'staff.granted' })
    .update({ details: '{"role":"operator"}' })
  const sick = await runCommand(['doctor'], both)
  assert.equal(sick.status, 1)
  assert.match(sick.text, /WRONG\s+activity chain/)
})

test('the seed command adds its people once', async () => {
  const both = {
    ...env,
    SECRET_KEYS: `fresh-key-0123456789-zyxwvutsrqponmlkjih,${env.SECRET_KEYS}`,
  }
  assert.equal((await runCommand(['seed'], both)).status, 0)
  const count = async () => (await portal.db('accounts')).length
  const once = await count()
  assert.equal((await runCommand(['seed'], both)).status, 0)
  assert.equal(await count(), once)
  assert.equal((await runCommand(['migrate'], both)).text, 'The database is up to date.')
})
