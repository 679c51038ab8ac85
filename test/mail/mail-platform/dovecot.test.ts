// Sign-ins of mail programs at real Dovecot and Postfix with the portal's own configuration.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash } from 'argon2'
import { systemClock } from '#server/core/clock.ts'
import { openLineClient, signInByPop3, signInBySmtp } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { international } from '#test/mail-platform/private-config.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { type MailWorld, startMailWorld, suspensionReason } from '#test/mail-platform/world.ts'

describeOnMailServers('Dovecot', () => {
  let world: MailWorld
  before(async () => {
    world = await startMailWorld(systemClock)
  })
  after(() => world?.stop())

  it('a new password opens every service at once, and the old one opens none', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('clara')
    const { user, pass } = authOf('clara')
    assert.equal(await tryImap(mail, { user, pass }), 'ok')
    await platform.apply({ ...wanted, revision: 2, password: await hash('a better one') })
    const [imap, pop3, refused] = await Promise.all([
      tryImap(mail, { user, pass }),
      signInByPop3(mail.pop3, user, pass),
      signInBySmtp(mail.submissions, user, pass),
    ])
    assert.match(imap, /Authentication failed/)
    assert.match(pop3, /^-ERR \[AUTH\]/)
    assert.match(
      refused.reply,
      /^535 .*: this name and password do not open the mailbox, see https:/,
    )
    assert.equal(await tryImap(mail, { user, pass: 'a better one' }), 'ok')
    assert.match(await signInByPop3(mail.pop3, user, 'a better one'), /^\+OK/)
    const accepted = await signInBySmtp(mail.submissions, user, 'a better one')
    assert.match(accepted.reply, /^235/)
    for (const { client } of [refused, accepted]) client.close()
  })

  it('a new password ends IMAP sessions at once and SMTP sessions at the next letter', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('dmitri')
    const { user, pass } = authOf('dmitri')
    const inbox = await openInbox(mail, authOf('dmitri'))
    const closed = new Promise((done) => inbox.once('close', () => done('closed')))
    const { client } = await signInBySmtp(mail.submissions, user, pass)
    await platform.apply({ ...wanted, revision: 2, password: await hash('a better one') })
    assert.equal(await closed, 'closed')
    await client.say(`MAIL FROM:<${user}>`)
    assert.match(
      await client.say('RCPT TO:<one@elsewhere.example>'),
      /^421 4\.7\.0 .*Sign in again/,
    )
    assert.equal(await client.say('NOOP'), '', 'the server has hung up')
    const auth = { user, pass: 'a better one' }
    assert.equal(await trySend(mail, auth, { from: user, to: user, subject: 'Mine again' }), 'ok')
  })

  it('a mail program signs in by an international domain, however it is written', async () => {
    const { authOf, mail, provision } = world
    const { written, ascii } = international
    await provision('ales', { address: `ales@${ascii}` })
    const { pass } = authOf('ales')
    for (const user of [`ales@${written}`, `Ales@${written}`, `ales@${ascii}`]) {
      assert.equal(await tryImap(mail, { user, pass }), 'ok', user)
      assert.match(await signInByPop3(mail.pop3, user, pass), /^\+OK/, user)
      const { client, reply } = await signInBySmtp(mail.submissions, user, pass)
      assert.match(reply, /^235/, user)
      assert.doesNotMatch(await client.say('EHLO program.example'), /SMTPUTF8/, 'no other form')
      assert.match(await client.say(`MAIL FROM:<ales@${ascii}>`), /^250/)
      assert.match(await client.say('RCPT TO:<one@elsewhere.example>'), /^250/)
      client.close()
    }
  })

  it('No user name with other signs than ASCII stands in a query of a mail server.', async () => {
    const { mail } = world
    const { written } = international
    const secretOf = (name: string) => Buffer.from(`\0${name}\0pass`)
    // Its second byte is 0x80, without which it is half a letter.
    const half = (name: string) => secretOf(name).filter((byte) => byte !== 0x80)
    const secrets = [
      ...[`ales@${written}т`, `алесь@${written}`, `ales@xn--${written}`].map(secretOf),
      ...['ales@р', `р@${written}`].map(half),
    ]
    const replies = secrets.map(async (secret) => {
      const client = await openLineClient(mail.submissions)
      await client.say('EHLO program.example')
      const reply = await client.say(`AUTH PLAIN ${Buffer.from(secret).toString('base64')}`)
      client.close()
      return reply
    })
    for (const reply of await Promise.all(replies)) assert.match(reply, /^535/)
    assert.doesNotMatch(mail.readLogs(), /invalid byte sequence/)
  })

  it('a sign-in under way when the password changes leaves no session behind', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('dunja')
    const auth = authOf('dunja')
    const password = await hash('a better one')
    const opening = Array.from({ length: 12 }, async (_, index) => {
      await sleep(index * 40)
      return openInbox(mail, auth).catch(() => undefined)
    })
    await opening[0]
    await platform.apply({ ...wanted, revision: 2, password })
    const opened = (await Promise.all(opening)).filter((inbox) => inbox !== undefined)
    assert.ok(opened.length > 0, 'the first was in before')
    await sleep(200)
    const answers = opened.map(
      async (inbox) =>
        inbox.usable &&
        inbox.noop().then(
          () => true,
          () => false,
        ),
    )
    assert.ok(!(await Promise.all(answers)).includes(true))
  })

  it('ending sessions ends the open ones and leaves later ones alone', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('dora')
    const inbox = await openInbox(mail, authOf('dora'))
    const closed = new Promise((done) => inbox.once('close', () => done('closed')))
    const { client } = await signInBySmtp(mail.submissions, wanted.address, authOf('dora').pass)
    await platform.endSessions(wanted.address)
    assert.equal(await closed, 'closed')
    await client.say(`MAIL FROM:<${wanted.address}>`)
    assert.match(await client.say('RCPT TO:<one@elsewhere.example>'), /^421 /)
    const next = await openInbox(mail, authOf('dora'))
    await platform.apply({ ...wanted, revision: 2, quotaBytes: 20_000_000 })
    await next.noop()
    await next.logout()
  })

  it('a suspension from sending ends sending at the next recipient, not reading', async () => {
    const { authOf, mail, platform, provision, suspend } = world
    const wanted = await provision('emma')
    const { user, pass } = authOf('emma')
    const { client, reply } = await signInBySmtp(mail.submissions, user, pass)
    assert.match(reply, /^235/)
    assert.match(await client.say(`MAIL FROM:<${user}>`), /^250/)
    assert.match(await client.say('RCPT TO:<one@elsewhere.example>'), /^250/)
    const inbox = await openInbox(mail, authOf('emma'))
    await suspend(wanted, 'send', 2)
    assert.match(
      await client.say('RCPT TO:<two@elsewhere.example>'),
      /^550 5\.7\.1 .*may not send emails at present: sign in at https:/,
    )
    assert.match(
      await client.say('DATA'),
      /^550 5\.7\.1 .*may not send emails at present: sign in at https:/,
    )
    const again = await signInBySmtp(mail.submissions, user, pass)
    assert.match(again.reply, /^535 5\.7\.8 .*may not send emails at present: sign in at https:/)
    await inbox.noop()
    assert.equal(await tryImap(mail, authOf('emma')), 'ok')
    await platform.apply({ ...wanted, revision: 3 })
    assert.equal(
      await trySend(mail, authOf('emma'), { from: user, to: user, subject: 'Back' }),
      'ok',
    )
    await waitForLetter(inbox, 'Back')
    await inbox.logout()
    for (const each of [client, again.client]) each.close()
  })

  it('a suspension from signing in closes every service with a reason, mail arrives', async () => {
    const { authOf, mail, platform, provision, setAppPasswords, suspend } = world
    const wanted = await provision('fjodor')
    const { user, pass } = authOf('fjodor')
    await provision('greta')
    const app = 'abcdefghjkmnpqrstuvx'
    await setAppPasswords(wanted, 1, { secret: app, services: ['imap', 'pop3', 'smtp'] })
    const inbox = await openInbox(mail, authOf('fjodor'))
    const closed = new Promise((done) => inbox.once('close', () => done('closed')))
    await suspend(wanted, 'login', 2)
    assert.equal(await closed, 'closed')
    for (const secret of [pass, app]) {
      assert.match(await tryImap(mail, { user, pass: secret }), new RegExp(suspensionReason))
      assert.match(
        await signInByPop3(mail.pop3, user, secret),
        new RegExp(`^-ERR .*${suspensionReason}`),
      )
      const smtp = await signInBySmtp(mail.submissions, user, secret)
      assert.match(smtp.reply, /^535 .*may not send emails at present: sign in at https:/)
      smtp.client.close()
    }
    const letter = { from: 'greta@postern.example', to: user, subject: 'Waiting' }
    assert.equal(await trySend(mail, authOf('greta'), letter), 'ok')
    await platform.apply({ ...wanted, revision: 3 })
    const back = await openInbox(mail, authOf('fjodor'))
    await waitForLetter(back, 'Waiting')
    await back.logout()
  })

  it('wrong passwords get the same answer for known, suspended and unknown names', async () => {
    const { mail, provision, suspend } = world
    const wanted = await provision('jana')
    await suspend(wanted, 'login', 2)
    const attempt = async (user: string, pass = 'wrong') => {
      const smtp = async () => {
        const { client, reply } = await signInBySmtp(mail.submissions, user, pass)
        client.close()
        return reply
      }
      return await Promise.all([
        tryImap(mail, { user, pass }),
        signInByPop3(mail.pop3, user, pass),
        smtp(),
      ])
    }
    const [known, short, unknown] = await Promise.all([
      attempt(wanted.address),
      attempt(wanted.address, 'abcdefghjkmnpqrstuvw'),
      attempt('nobody@postern.example'),
    ])
    assert.deepEqual([known, short], [unknown, unknown])
    assert.match(known.join(), /Authentication failed.*-ERR \[AUTH\].*535 /s)
  })

  it('an app password opens only its services, with or without blanks, until revoked', async () => {
    const { authOf, mail, provision, setAppPasswords } = world
    const wanted = await provision('karl')
    const { address } = wanted
    const secret = 'abcdefghjkmnpqrstuvw'
    const sending = { secret: 'sendnzg2nzysecret234', services: ['smtp'] as const }
    await setAppPasswords(wanted, 1, { secret, services: ['imap'] }, sending)
    assert.equal(await tryImap(mail, { user: address, pass: secret }), 'ok')
    assert.equal(await tryImap(mail, { user: address, pass: 'abcd efgh jkmn pqrs tuvw' }), 'ok')
    const auth = { user: address, pass: secret }
    const letter = { from: address, to: address, subject: 'Mine' }
    const [pop3, smtp] = await Promise.all([
      signInByPop3(mail.pop3, address, secret),
      trySend(mail, auth, letter),
    ])
    assert.match(pop3, /^-ERR/)
    assert.match(smtp, /^535/)
    assert.equal(await trySend(mail, { ...auth, pass: 'sendnzg2nzysecret234' }, letter), 'ok')
    assert.equal(await tryImap(mail, authOf('karl')), 'ok', 'the main password works beside them')
    await setAppPasswords(wanted, 2, sending)
    assert.match(await tryImap(mail, auth), /Authentication failed/)
    await setAppPasswords(wanted, 1, { secret, services: ['imap'] })
    assert.match(
      await tryImap(mail, auth),
      /Authentication failed/,
      'an older list that comes late changes nothing',
    )
    assert.equal(await trySend(mail, { ...auth, pass: sending.secret }, letter), 'ok')
  })

  it('the main password opens nothing if mail programs must use app passwords', async () => {
    const { authOf, mail, provision, setAppPasswords } = world
    const wanted = await provision('lena', { mainPasswordOpensMail: false })
    const { address } = wanted
    const secret = 'qrstuvwxyzabcdefghjk'
    await setAppPasswords(wanted, 1, { secret, services: ['imap', 'smtp'] })
    const [imap, smtp] = await Promise.all([
      tryImap(mail, authOf('lena')),
      signInBySmtp(mail.submissions, address, authOf('lena').pass),
    ])
    assert.match(imap, /Authentication failed/)
    assert.match(smtp.reply, /^535/)
    assert.equal(await tryImap(mail, { user: address, pass: secret }), 'ok')
  })

  it('an access token opens IMAP and SMTP until it expires', async () => {
    const { database, mail, provision } = world
    const { accountId, address } = await provision('mila')
    const token = 'opaque-access-token-of-mila'
    const row = { token_sha256: createHash('sha256').update(token).digest(), account_id: accountId }
    await database.db('mail_directory.access_tokens').insert({
      ...row,
      services: ['imap', 'smtp'],
      expires_at: new Date(Date.now() + 3_600_000),
    })
    assert.equal(await tryImap(mail, { user: address, accessToken: token }), 'ok')
    const letter = { from: address, to: address, subject: 'Token' }
    assert.equal(await trySend(mail, { user: address, accessToken: token }, letter), 'ok')
    await database
      .db('mail_directory.access_tokens')
      .where(row)
      .update({ expires_at: new Date(Date.now() - 1000) })
    assert.notEqual(await tryImap(mail, { user: address, accessToken: token }), 'ok')
  })

  it('no typed password reaches a log when a query of the directory fails', async () => {
    const { authOf, database, mail, provision } = world
    await provision('olga')
    const human = authOf('olga').pass
    for (const pass of [human, 'abcdefghjkmnpqrstuvw']) {
      // Each of Dovecot's connections fails once. Other tests use the same database server.
      await database.db.raw(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'dovecot' and datname = current_database()`)
      await Promise.all(
        Array.from({ length: 12 }, () => tryImap(mail, { user: authOf('olga').user, pass })),
      )
    }
    const logs = mail.readLogs()
    assert.match(logs, /Query failed/)
    for (const typed of [human, 'abcdefghjkmnpqrstuvw']) assert.ok(!logs.includes(typed))
    assert.ok(!logs.includes(createHash('sha256').update(human).digest('hex')))
  })
})
