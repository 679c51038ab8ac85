// The portal together with real Dovecot and Postfix.

import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { parseLetter } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'
import { createChainReader } from '#server/desk/provenance/received-chain.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { signInByPop3, signInBySmtp } from '#test/mail-platform/line-client.ts'
import {
  type Credentials,
  openInbox,
  tryImap,
  trySend,
  waitForLetter,
} from '#test/mail-platform/mail-program.ts'
import { type PortalWorld, startPortalWorld } from '#test/mail-platform/portal-world.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import type { Endpoint } from '#test/mail-platform/start.ts'
import { underLock } from '#test/support/account-lock.ts'
import { type Person, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { secretOn, type Visitor } from '#test/support/visitor.ts'

describeOnMailServers('the portal beside Dovecot and Postfix', () => {
  let world: PortalWorld
  before(async () => {
    world = await startPortalWorld({
      LIMIT_SENT_PER_DAY: '4',
      LIMIT_CLIENT_GUESSES_PER_HOUR: '12',
      LIMIT_RECIPIENTS_PER_DAY: '6',
      QUOTA_BYTES: '2000000',
      QUOTA_STEP_BYTES: '1048576',
      QUOTA_MAX_BYTES: '4000000',
    })
  })
  after(() => world?.stop())

  const addressOf = ({ login }: Person) => `${login}@postern.example`
  const settled = (address: string) =>
    eventually(async () =>
      world.portal
        .db('mailboxes')
        .where({ address })
        .whereRaw('applied_revision = revision')
        .first(),
    )
  const authOf = (who: Person) => ({ user: addressOf(who), pass: who.password })

  async function arrive(
    login: string,
  ): Promise<{ who: Person; browser: Visitor; address: string }> {
    const who = { login, password: `storks over the river, ${login.length} of them` }
    const browser = await register(world.portal, who)
    await settled(addressOf(who))
    return { who, browser, address: addressOf(who) }
  }

  async function makeAppPassword(
    browser: Visitor,
    address: string,
    services: Record<string, string>,
  ): Promise<string> {
    const page = '/account/app-passwords'
    assert.equal((await browser.post(`${page}/new`, { name: 'Phone', ...services })).status, 303)
    const { html } = await browser.get(`${page}/created`)
    await settled(address)
    return secretOn(html)
  }

  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const begun = performance.now()
    return [await work, performance.now() - begun]
  }
  const replyOf = async (endpoint: Endpoint, { user, pass }: { user: string; pass: string }) => {
    const { client, reply } = await signInBySmtp(endpoint, user, pass)
    client.close()
    return reply
  }
  /** Mail programs in a network of their own. */
  const from = (address: string) => {
    const { imap, submissions } = world.mail
    const [reading, sending] = [imap, submissions].map((endpoint) => ({
      ...endpoint,
      from: address,
    })) as [Endpoint, Endpoint]
    return { imap: (auth: Credentials) => tryImap({ ...world.mail, imap: reading }, auth), sending }
  }

  it('an app password opens its services, and revoking it ends the open session', async () => {
    const { browser, address } = await arrive('anna.app')
    const pass = await makeAppPassword(browser, address, { imap: 'on', smtp: 'on' })
    const inbox = await openInbox(world.mail, { user: address, pass })
    const closed = new Promise((done) => inbox.once('close', () => done('closed')))
    assert.equal(
      await trySend(
        world.mail,
        { user: address, pass: pass.replaceAll(' ', '') },
        { from: address, to: address, subject: 'Mine' },
      ),
      'ok',
    )
    await waitForLetter(inbox, 'Mine')
    const pop3 = signInByPop3(world.mail.pop3, address, pass)
    const { html } = await browser.get('/account/app-passwords')
    const path = /href="(\/account\/app-passwords\/[0-9a-f-]{36}\/revoke)"/.exec(html)?.[1] ?? ''
    assert.equal((await browser.post(path)).location, '/account/app-passwords')
    assert.equal(await closed, 'closed')
    const [imap, smtp] = await Promise.all([
      tryImap(world.mail, { user: address, pass }),
      replyOf(world.mail.submissions, { user: address, pass }),
    ])
    assert.match(imap, /Authentication failed/)
    assert.match(smtp, /^535/)
    assert.match(await pop3, /^-ERR/)
  })

  it('a letter leaves with our trace, which proves its sender, and with no other', async () => {
    const { who, address } = await arrive('boris.b')
    const reader = await arrive('clara.c')
    const inbox = await openInbox(world.mail, authOf(reader.who))
    const { createTransport } = await import('nodemailer')
    const sender = createTransport({
      ...world.mail.submission,
      requireTLS: true,
      tls: { rejectUnauthorized: false },
      auth: authOf(who),
    })
    const line = 'A longer text, so that the letter has lines enough to be taken for one. '
    const text = `Добры дзень!\n\n${line}`.repeat(20)
    await sender.sendMail({
      from: address,
      to: reader.address,
      subject: 'Proof',
      text,
      headers: { 'X-Postern-Trace': ['v=1; made up', 'v=1; and another'] },
    })
    sender.close()
    await waitForLetter(inbox, 'Proof')
    const found = await inbox.fetchOne('*', { source: true })
    await inbox.logout()
    const source = (found || undefined)?.source ?? Buffer.alloc(0)
    assert.equal(source.toString('latin1').match(/^x-postern-trace:/gim)?.length, 1)
    const letter = await parseLetter(source)
    assert.ok(letter.kind === 'letter')
    const verdict = await judgeProvenance(
      { ...letter, how: 'source' },
      {
        keyring: world.portal.keyring,
        dkim: { domains: ['postern.example'], keys: [], resolveTxt: async () => [] },
        followChain: createChainReader([]),
        ourDomains: ['postern.example'],
        fromOwnerEnforced: false,
      },
      new Date(),
    )
    assert.deepEqual(
      [verdict.verdict, verdict.sender, verdict.content],
      ['proven', { by: 'trace', account: address }, 'intact'],
    )
  })

  it('letters and recipients beyond the daily limits are refused by Postfix', async () => {
    const { who, address } = await arrive('dora.d')
    const send = (n: number) =>
      trySend(world.mail, authOf(who), { from: address, to: address, subject: `Letter ${n}` })
    for (let n = 1; n <= 4; n++) assert.equal(await send(n), 'ok')
    assert.match(await send(5), /^554 5\.7\.1 .*Limit reached: 4 letters a day/)
    const { client } = await signInBySmtp(world.mail.submissions, address, who.password)
    await client.say(`MAIL FROM:<${address}>`)
    // One is counted already: the letters to herself.
    const replies: string[] = []
    for (let n = 1; n <= 7; n++)
      replies.push(await client.say(`RCPT TO:<friend${n}@elsewhere.example>`))
    client.close()
    assert.deepEqual(
      replies.map((reply) => reply.slice(0, 3)),
      ['250', '250', '250', '250', '250', '554', '554'],
    )
    const kinds = await world.portal.db('sending_alerts').orderBy('id').pluck('kind')
    assert.deepEqual(kinds, ['letters', 'recipients'])
  })

  const connections = (browser: Visitor, pattern: RegExp) =>
    eventually(async () => pattern.test((await browser.get('/account/mail-programs')).html))

  it('sign-ins with an old password or a short name are explained to their owner', async () => {
    const { who, browser, address } = await arrive('gleb.g')
    assert.match((await browser.get('/account/mail-programs')).html, /No program has tried/)
    assert.equal(await tryImap(world.mail, authOf(who)), 'ok')
    await connections(browser, /Connected with the password of this site/)
    await browser.post('/account/password', { password: 'herons by the same river' })
    await settled(address)
    const [old, sent] = await Promise.all([
      signInByPop3(world.mail.pop3, address, who.password),
      replyOf(world.mail.submissions, authOf(who)),
      tryImap(world.mail, { user: 'gleb.g', pass: 'herons by the same river' }),
    ])
    assert.match(old, /^-ERR/)
    assert.match(sent, /^535/)
    await connections(browser, /The program sent the old password\. The new one has worked since/)
    await connections(browser, /old password[^<]*<\/p>\s*<p class="quiet">SMTP/)
    await connections(browser, /The program sent the name alone/)
    const pass = await makeAppPassword(browser, address, { imap: 'on' })
    assert.equal(await tryImap(world.mail, { user: address, pass }), 'ok')
    await connections(browser, /Connected with the app password “Phone”/)
    assert.match((await browser.get('/account/app-passwords')).html, /Last used [^<]*IMAP/)
    const [narrow] = await Promise.all([
      signInByPop3(world.mail.pop3, address, pass),
      tryImap(world.mail, { user: address, pass: 'never seen before' }),
    ])
    assert.match(narrow, /^-ERR/)
    await connections(browser, /The app password “Phone” is not for POP3/)
    await connections(browser, /The password was wrong/)
    await browser.post('/account/app-passwords/revoke-all', {}, { from: '/account/password' })
    await settled(address)
    await tryImap(world.mail, { user: address, pass })
    await connections(browser, /The app password “Phone” was revoked/)
  })

  it('a right password waits a second at most, unless its network has used up all guesses', async () => {
    const [vera, zina] = [await arrive('vera.v'), await arrive('zina.z')]
    const { imap, sending } = from('127.0.0.5')
    const wrong = Array.from({ length: 5 }, (_, n) =>
      imap({ user: vera.address, pass: `wrong ${n}` }),
    )
    for (const answer of await Promise.all(wrong)) assert.match(answer, /Authentication failed/)
    const signIn = async ({ who }: typeof vera) => {
      const [smtp, smtpMs] = await timed(replyOf(sending, authOf(who)))
      const [read, readMs] = await timed(imap(authOf(who)))
      assert.match(smtp, /^235/)
      assert.equal(read, 'ok')
      assert.ok(
        smtpMs < 2000 && readMs < 2000,
        `${who.login}: SMTP ${smtpMs} ms, IMAP ${readMs} ms`,
      )
      return [smtpMs, readMs] as const
    }
    const [strangers, first] = [await signIn(zina), await signIn(vera)]
    assert.ok(Math.min(...first) >= 1000, 'each further password for the mailbox waits a second')
    assert.ok(Math.max(...strangers) < 1000, 'and none for another one')
    // A password that was right from there once no longer waits.
    await eventually(async () => (await timed(imap(authOf(vera.who))))[1] < 1000)
  })

  it('guessed passwords are no longer checked, and the owner’s program goes on', async () => {
    const { who, browser, address } = await arrive('ulla.u')
    const [home, cafe] = [from('127.0.0.6'), from('127.0.0.7')]
    assert.equal(await home.imap(authOf(who)), 'ok')
    const guess = (place: typeof home, n: number) =>
      place.imap({ user: address, pass: `guess ${n}` })
    const guesses = (place: typeof home, first: number, last: number) =>
      Promise.all(Array.from({ length: last - first + 1 }, (_, n) => guess(place, first + n)))
    await Promise.all([guesses(cafe, 1, 5), guesses(home, 1, 12)])
    await guesses(cafe, 6, 12)
    const [unseen, unsent, seen, sent] = await Promise.all([
      cafe.imap(authOf(who)),
      replyOf(cafe.sending, authOf(who)),
      timed(home.imap(authOf(who))),
      timed(replyOf(home.sending, authOf(who))),
    ])
    assert.notEqual(unseen, 'ok')
    assert.match(unsent, /^535 .*too many wrong passwords came from this network/)
    assert.deepEqual([seen[0], sent[0].slice(0, 3)], ['ok', '235'])
    assert.ok(seen[1] < 2000 && sent[1] < 2000, `IMAP ${seen[1]} ms, SMTP ${sent[1]} ms`)
    await connections(
      browser,
      /Too many wrong passwords came from this network; this one was not looked at/,
    )
  })

  it('a program that repeats an old password counts as one guess', async () => {
    const { who, address } = await arrive('wera.w')
    const { imap, sending } = from('127.0.0.8')
    await Promise.all(
      Array.from({ length: 20 }, () => imap({ user: address, pass: 'the password of last week' })),
    )
    const [reply, took] = await timed(replyOf(sending, authOf(who)))
    assert.match(reply, /^235/)
    assert.ok(took < 1000, `no wait: ${took} ms`)
  })

  it('the page of sign-ins says that a mailbox may not send', async () => {
    const { who, browser, address } = await arrive('heidi.h')
    const { id } = await world.portal.db('accounts').where({ address }).first('id')
    const at = world.portal.clock.now()
    await underLock(world.portal.db, id, (trx) =>
      wantMailboxSuspension(trx, { accountId: id, suspension: 'send', at }),
    )
    await settled(address)
    assert.match((await signInBySmtp(world.mail.submissions, address, who.password)).reply, /^535/)
    await connections(browser, /The mailbox was blocked for this/)
  })

  it('every service says why a mailbox is blocked, in the language of its owner', async () => {
    const { who, address } = await arrive('katja.k')
    const { db, settings, url } = world.portal
    await db('accounts').where({ address }).update({ locale: 'ru' })
    const env = {
      DATABASE_URL: world.portal.database.url,
      SECRET_KEYS: settings.secretKeys.join(),
      BASE_URL: url,
    }
    assert.equal(
      (await runCommand(['account', 'block', who.login, '--reason', 'spam'], env)).status,
      0,
    )
    await settled(address)
    const [imap, pop3, smtp] = await Promise.all([
      tryImap(world.mail, authOf(who)),
      signInByPop3(world.mail.pop3, address, who.password),
      replyOf(world.mail.submissions, authOf(who)),
    ])
    const link = `${url}/blocked`
    const sentence = `Ваш ящик заблокирован: войдите на ${link}, там написано, почему и что делать`
    assert.equal(imap, sentence)
    assert.equal(pop3, `-ERR [AUTH] ${sentence}\r\n`)
    assert.match(
      smtp,
      /^535 5\.7\.8 .*: Your mailbox may not send emails at present: sign in at https:/,
    )
    const visitor = world.portal.visitor()
    assert.equal((await visitor.get('/blocked')).location, '/sign-in')
    assert.match(
      (await visitor.post('/sign-in', { login: who.login, password: who.password })).html,
      /blocked/,
    )
  })

  it('letters are sent untraced and uncounted while the portal is away', async () => {
    const { who, address } = await arrive('emil.e')
    await world.services.stop()
    assert.equal(
      await trySend(world.mail, authOf(who), {
        from: address,
        to: address,
        subject: 'Nobody asks',
      }),
      'ok',
    )
  })

  it('a mailbox that fills up grows at Dovecot, and the page says how full it is', async () => {
    const { who, browser, address } = await arrive('fritz.f')
    const inbox = await openInbox(world.mail, authOf(who))
    await inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(1_700_000)}\r\n`))
    await inbox.logout()
    await world.portal.tasks['mailbox:measure-due']?.({}, { attempt: 1, maxAttempts: 1 })
    await settled(address)
    assert.match((await browser.get('/account')).html, /1\.6\sMB of 2\.9\sMB used/)
    const roomy = await openInbox(world.mail, authOf(who))
    await roomy.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(1_000_000)}\r\n`))
    await roomy.logout()
  })
})
