// What people meet when the portal and the mail servers work together: real Dovecot and Postfix, and the portal's own pages.

import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { parseLetter } from '#server/abuse/parse-letter.ts'
import { judgeProvenance } from '#server/abuse/provenance.ts'
import { createChainReader } from '#server/abuse/received-chain.ts'
import { wantMailboxSuspension } from '#server/mailboxes/want-mailbox.ts'
import { signInByPop3, signInBySmtp } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { type PortalWorld, startPortalWorld } from '#test/mail-platform/portal-world.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { type Person, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { secretOn, type Visitor } from '#test/support/visitor.ts'
import { throughDoor } from './support/door.ts'

describeOnMailServers('the portal beside Dovecot and Postfix', () => {
  let world: PortalWorld
  before(async () => {
    world = await startPortalWorld({
      LIMIT_SENT_PER_DAY: '4',
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
      world.portal.db('mailboxes').where({ address }).whereRaw('applied_revision = revision').first(),
    )
  const authOf = (who: Person) => ({ user: addressOf(who), pass: who.password })

  async function arrive(login: string): Promise<{ who: Person; browser: Visitor; address: string }> {
    const who = { login, password: `storks over the river, ${login.length} of them` }
    const browser = await register(world.portal, who)
    await settled(addressOf(who))
    return { who, browser, address: addressOf(who) }
  }

  async function makeAppPassword(browser: Visitor, address: string, services: Record<string, string>): Promise<string> {
    const page = '/account/app-passwords'
    assert.equal((await browser.post(`${page}/new`, { name: 'Phone', ...services })).status, 303)
    const { html } = await browser.get(`${page}/created`)
    await settled(address)
    return secretOn(html)
  }

  it('an app password from the page opens what it was made for, and revoking it cuts the open session', async () => {
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
    assert.match(await signInByPop3(world.mail.pop3, address, pass), /^-ERR/)
    const { html } = await browser.get('/account/app-passwords')
    const path = /action="(\/account\/app-passwords\/[0-9a-f-]{36}\/revoke)"/.exec(html)?.[1] ?? ''
    await browser.post(path, {}, { from: '/account/app-passwords' })
    assert.equal(await closed, 'closed')
    assert.match(await tryImap(world.mail, { user: address, pass }), /Authentication failed/)
    assert.match((await signInBySmtp(world.mail.submissions, address, pass)).reply, /^535/)
  })

  it('a letter leaves with our trace, by which it is proven to come from its sender; one that it brought along is gone', async () => {
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
    const text = 'Добры дзень!\n\nA longer text, so that the letter has lines enough to be taken for one. '.repeat(20)
    await sender.sendMail({
      ...{ from: address, to: reader.address, subject: 'Proof', text },
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

  it('the letter beyond the day’s limit is refused at its end, and too many recipients one by one', async () => {
    const { who, address } = await arrive('dora.d')
    const send = (n: number) => trySend(world.mail, authOf(who), { from: address, to: address, subject: `Letter ${n}` })
    for (let n = 1; n <= 4; n++) assert.equal(await send(n), 'ok')
    assert.match(await send(5), /^554 5\.7\.1 .*Limit reached: 4 letters a day/)
    const { client } = await signInBySmtp(world.mail.submissions, address, who.password)
    await client.say(`MAIL FROM:<${address}>`)
    // One is counted already: the letters to herself.
    const replies: string[] = []
    for (let n = 1; n <= 7; n++) replies.push(await client.say(`RCPT TO:<friend${n}@elsewhere.example>`))
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

  it('a program that goes on with the old password, a short name or a narrow app password is explained to its owner', async () => {
    const { who, browser, address } = await arrive('gleb.g')
    assert.match((await browser.get('/account/mail-programs')).html, /No program has tried/)
    assert.equal(await tryImap(world.mail, authOf(who)), 'ok')
    await connections(browser, /Connected with the password of this site/)
    await browser.post('/account/password', { password: 'herons by the same river' })
    await settled(address)
    assert.match(await signInByPop3(world.mail.pop3, address, who.password), /^-ERR/)
    await connections(browser, /The program sent the old password\. The new one is live since/)
    assert.match((await signInBySmtp(world.mail.submissions, address, who.password)).reply, /^535/)
    await connections(browser, /old password[^<]*<\/p>\s*<p class="quiet">SMTP/)
    await tryImap(world.mail, { user: 'gleb.g', pass: 'herons by the same river' })
    await connections(browser, /The program sent the name alone/)
    const pass = await makeAppPassword(browser, address, { imap: 'on' })
    assert.equal(await tryImap(world.mail, { user: address, pass }), 'ok')
    await connections(browser, /Connected with the app password “Phone”/)
    assert.match((await browser.get('/account/app-passwords')).html, /Last used [^<]*IMAP/)
    assert.match(await signInByPop3(world.mail.pop3, address, pass), /^-ERR/)
    await connections(browser, /The app password “Phone” is not for POP3/)
    await tryImap(world.mail, { user: address, pass: 'never seen before' })
    await connections(browser, /The password was wrong/)
    await browser.post('/account/app-passwords/revoke-all', {}, { from: '/account/password' })
    await settled(address)
    await tryImap(world.mail, { user: address, pass })
    await connections(browser, /The app password “Phone” was revoked/)
  })

  it('a mailbox that may not send is told so as blocked, with the right password', async () => {
    const { who, browser, address } = await arrive('heidi.h')
    const { id } = await world.portal.db('accounts').where({ address }).first('id')
    const at = world.portal.clock.now()
    await throughDoor(world.portal.db, id, (trx) =>
      wantMailboxSuspension(trx, { accountId: id, suspension: 'send', reason: 'Looked at', at }),
    )
    await settled(address)
    assert.match((await signInBySmtp(world.mail.submissions, address, who.password)).reply, /^535/)
    await connections(browser, /The mailbox was blocked for this/)
  })

  it('while the portal’s services are away letters go on, untraced and uncounted', async () => {
    const { who, address } = await arrive('emil.e')
    await world.services.stop()
    assert.equal(await trySend(world.mail, authOf(who), { from: address, to: address, subject: 'Nobody asks' }), 'ok')
  })

  it('a mailbox that fills grows by itself, and the page says how full it is', async () => {
    const { who, browser, address } = await arrive('fritz.f')
    const inbox = await openInbox(world.mail, authOf(who))
    await inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(1_700_000)}\r\n`))
    await inbox.logout()
    await world.portal.tasks['mailbox:measure-due']?.({}, { attempt: 1, maxAttempts: 1 })
    await settled(address)
    assert.match((await browser.get('/account')).html, /1\.6 MB of 2\.9 MB used/)
    const roomy = await openInbox(world.mail, authOf(who))
    await roomy.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(1_000_000)}\r\n`))
    await roomy.logout()
  })
})
