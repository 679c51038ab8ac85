// Letters at real Postfix and Dovecot with the portal's own configuration.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { offerFromOutside, signInBySmtp } from '#test/mail-platform/line-client.ts'
import { eventually, openInbox, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { startTracedWorld, type TracedWorld } from '#test/mail-platform/traced-world.ts'
import { provePostfixLettersIn } from '#test/prove/desk/postfix-letters.ts'

describeOnMailServers('Postfix', () => {
  let world: TracedWorld
  before(async () => {
    world = await startTracedWorld()
  })
  after(() => world?.stop())

  /** A mailbox of 50,000 bytes that is nearly full gets one more letter. */
  async function fill(login: string): Promise<void> {
    const { authOf, mail } = world
    const inbox = await openInbox(mail, authOf(login))
    await inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    const { user } = authOf(login)
    assert.equal(
      await trySend(mail, authOf(login), { from: user, to: user, subject: 'The last one' }),
      'ok',
    )
    await waitForLetter(inbox, 'The last one')
    await inbox.logout()
  }

  it('a new mailbox sends to another one and to the world, and receives letters', async () => {
    const { authOf, mail, provision } = world
    const [anna, boris] = [await provision('anna'), await provision('boris')]
    const inbox = await openInbox(mail, authOf('boris'))
    assert.equal(
      await trySend(mail, authOf('anna'), {
        from: anna.address,
        to: boris.address,
        subject: 'Tea',
      }),
      'ok',
    )
    await waitForLetter(inbox, 'Tea')
    await inbox.logout()
    const outside = { from: anna.address, to: 'friend@elsewhere.example', subject: 'Hello world' }
    assert.equal(await trySend(mail, authOf('anna'), outside), 'ok')
    await eventually(() => mail.outside.letters.length > 0)
    assert.deepEqual(mail.outside.letters[0]?.to, ['friend@elsewhere.example'])
  })

  it('queued letters of a suspended sender wait until the suspension is lifted', async () => {
    const { authOf, mail, platform, provision, suspend } = world
    const wanted = await provision('sveta', { aliases: ['s.alias@postern.example'] })
    const subject = 'Waiting in the queue'
    const left = () => mail.outside.letters.filter(({ source }) => source.includes(subject)).length
    mail.outside.busy = true
    const letter = { from: 's.alias@postern.example', to: 'friend@elsewhere.example', subject }
    assert.equal(await trySend(mail, authOf('sveta'), letter), 'ok')
    await eventually(() => /451.*come again later/.test(mail.readLogs()))
    await suspend(wanted, 'send', 2)
    mail.outside.busy = false
    // Postfix asks once for letters that follow each other within 30 s, so another one comes between.
    await provision('tamara')
    const other = { from: 'tamara@postern.example', to: wanted.address, subject: 'In between' }
    assert.equal(await trySend(mail, authOf('tamara'), other), 'ok')
    mail.flushQueue()
    await eventually(() => /Sender is suspended/.test(mail.readLogs()))
    assert.deepEqual(mail.readQueue(), ['s.alias@postern.example'])
    assert.equal(left(), 0)
    await platform.apply({ ...wanted, revision: 3 })
    assert.equal(await trySend(mail, authOf('tamara'), other), 'ok')
    mail.flushQueue()
    await eventually(() => left() === 1)
  })

  it('letters to a wholly suspended mailbox and its alias are refused', async () => {
    const { authOf, mail, provision, suspend } = world
    const wanted = await provision('heinz', { aliases: ['h.meier@postern.example'] })
    await provision('ida')
    await suspend(wanted, 'all', 2)
    for (const to of ['heinz@postern.example', 'h.meier@postern.example']) {
      const letter = { from: 'ida@postern.example', to, subject: 'No' }
      assert.match(await trySend(mail, authOf('ida'), letter), /^550 5\.2\.1/)
    }
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', 'heinz@postern.example'),
      /^550 5\.2\.1/,
    )
  })

  it('people may send from their aliases, and from no other address', async () => {
    const { authOf, mail, provision } = world
    await provision('nina', { aliases: ['n.petrova@postern.example'] })
    await provision('otto')
    const send = (from: string, to = 'otto@postern.example') =>
      trySend(mail, authOf('nina'), { from, to, subject: `From ${from}` })
    assert.equal(await send('n.petrova@postern.example'), 'ok')
    assert.match(await send('otto@postern.example'), /^553 5\.7\.1/)
    assert.match(await send('ceo@elsewhere.example'), /^553 5\.7\.1/)
    const { client } = await signInBySmtp(
      mail.submissions,
      'nina@postern.example',
      authOf('nina').pass,
    )
    await client.say('MAIL FROM:<>')
    assert.match(await client.say('RCPT TO:<otto@postern.example>'), /^550 5\.7\.1/)
    client.close()
    const letter = {
      from: 'otto@postern.example',
      to: 'n.petrova@postern.example',
      subject: 'To the alias',
    }
    assert.equal(await trySend(mail, authOf('otto'), letter), 'ok')
    const inbox = await openInbox(mail, authOf('nina'))
    await waitForLetter(inbox, 'To the alias')
    await inbox.logout()
  })

  it('letters of a sender who knows the source are proven, unless something shown was changed', async () => {
    const { letters, counts } = await provePostfixLettersIn(world, {
      letters: 8,
      large: [],
      changes: 6,
      seed: 1,
    })
    assert.equal(letters, 8)
    assert.ok((counts['file: proven, intact'] ?? 0) >= 6, JSON.stringify(counts))
    assert.ok((counts['changed: likely, changed'] ?? 0) >= 6, JSON.stringify(counts))
  })

  it('outsiders can neither use our addresses, nor relay, nor write to nobody', async () => {
    const { mail, provision } = world
    await provision('paul')
    const to = 'paul@postern.example'
    assert.match(await offerFromOutside(mail.smtp, 'paul@postern.example', to), /^553 5\.7\.1/)
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', 'x@third.example'),
      /^(454|554) /,
    )
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', 'nobody@postern.example'),
      /^550 5\.1\.1/,
    )
    assert.match(await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', to), /^250/)
  })

  it('a full mailbox refuses letters until it is enlarged', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('rosa', { quotaBytes: 50_000 })
    const inbox = await openInbox(mail, authOf('rosa'))
    await inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    const seen = await platform.observe(wanted.address)
    assert.ok((seen?.usedBytes ?? 0) >= 48_000, String(seen?.usedBytes))
    const second = inbox.append(
      'INBOX',
      Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`),
    )
    await assert.rejects(second, {
      serverResponseCode: 'OVERQUOTA',
      responseText: /is full: .*https:\/\/account\.postern\.example\/account/,
    })
    await inbox.logout()
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', wanted.address, 'SIZE=20000'),
      /^552 5\.2\.2/,
    )
    await platform.apply({ ...wanted, revision: 2, quotaBytes: 500_000 })
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', wanted.address, 'SIZE=20000'),
      /^250/,
    )
    const roomy = await openInbox(mail, authOf('rosa'))
    await roomy.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    await roomy.logout()
  })

  it('a letter to a full mailbox of ours is refused at once, even under an alias', async () => {
    const { authOf, mail, provision } = world
    await provision('karla')
    await provision('vera', { quotaBytes: 50_000, aliases: ['v.full@postern.example'] })
    await fill('vera')
    const letter = { from: authOf('karla').user, subject: 'One more' }
    for (const to of [
      'vera@postern.example',
      'v.full@postern.example',
      'vera+lists@postern.example',
    ])
      assert.match(await trySend(mail, authOf('karla'), { ...letter, to }), /^552 5\.2\.2/, to)
    const outside = await offerFromOutside(
      mail.smtp,
      'a@elsewhere.example',
      'v.full@postern.example',
      'SIZE=20000',
    )
    assert.match(outside, /^552 5\.2\.2/)
  })

  it('a letter that comes back finds room in the full mailbox of its sender', async () => {
    const { authOf, mail, provision } = world
    await provision('wanda', { quotaBytes: 50_000 })
    await fill('wanda')
    mail.outside.gone = true
    const letter = {
      from: authOf('wanda').user,
      to: 'nobody@elsewhere.example',
      subject: 'Into the void',
    }
    assert.equal(await trySend(mail, authOf('wanda'), letter), 'ok')
    const inbox = await openInbox(mail, authOf('wanda'))
    await waitForLetter(inbox, 'Undelivered Mail Returned to Sender', 10_000)
    mail.outside.gone = false
    assert.match(
      await offerFromOutside(mail.smtp, '', 'wanda@postern.example', 'SIZE=20000'),
      /^250/,
    )
    const more = inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(40_000)}\r\n`))
    await assert.rejects(
      more,
      { serverResponseCode: 'OVERQUOTA' },
      'the room is for letters that come back',
    )
    await inbox.logout()
  })

  it('a letter reveals neither the network nor the login of its sender', async () => {
    const { authOf, mail, provision } = world
    await provision('xenia', { aliases: ['x.other@postern.example'] })
    await provision('yuri')
    const inbox = await openInbox(mail, authOf('yuri'))
    for (const endpoint of ['submission', 'submissions'] as const) {
      const from = { ...mail, submission: { ...mail[endpoint], from: '127.0.0.77' } }
      const send = (to: string, subject: string) =>
        trySend(from, authOf('xenia'), { from: 'x.other@postern.example', to, subject })
      assert.equal(await send('yuri@postern.example', `Inside by ${endpoint}`), 'ok')
      assert.equal(await send('friend@elsewhere.example', `Outside by ${endpoint}`), 'ok')
      await waitForLetter(inbox, `Inside by ${endpoint}`)
      await eventually(() =>
        mail.outside.letters.some(({ source }) => source.includes(`Outside by ${endpoint}`)),
      )
      const inside = await inbox.fetchOne('*', { source: true })
      const outside = mail.outside.letters.find(({ source }) =>
        source.includes(`Outside by ${endpoint}`),
      )
      for (const source of [String((inside || undefined)?.source), String(outside?.source)]) {
        assert.match(
          source,
          /^Received: by mail\.postern\.example \(Postfix\) with ESMTPSA id \S+/m,
        )
        assert.doesNotMatch(source, /127\.0\.0\.77|xenia|#\d|Authenticated sender/i)
      }
    }
    await inbox.logout()
    assert.match(
      mail.readLogs(),
      /client=\S*\[127\.0\.0\.77\], sasl_method=PLAIN, sasl_username=xenia@postern\.example#1/,
    )
  })
})
