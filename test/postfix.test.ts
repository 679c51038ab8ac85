// Letters as they come and go: real Postfix and Dovecot, configured by the portal's own templates.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { systemClock } from '#server/core/clock.ts'
import { offerFromOutside, signInBySmtp } from '#test/mail-platform/line-client.ts'
import { eventually, openInbox, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { type MailWorld, startMailWorld } from '#test/mail-platform/world.ts'

describeOnMailServers('Postfix', () => {
  let world: MailWorld
  before(async () => {
    world = await startMailWorld(systemClock)
  })
  after(() => world?.stop())

  it('a new mailbox is signed into, sends to another one and to the world, and receives', async () => {
    const { authOf, mail, provision } = world
    const [anna, boris] = [await provision('anna'), await provision('boris')]
    const inbox = await openInbox(mail, authOf('boris'))
    assert.equal(await trySend(mail, authOf('anna'), { from: anna.address, to: boris.address, subject: 'Tea' }), 'ok')
    await waitForLetter(inbox, 'Tea')
    await inbox.logout()
    const outside = { from: anna.address, to: 'friend@elsewhere.example', subject: 'Hello world' }
    assert.equal(await trySend(mail, authOf('anna'), outside), 'ok')
    await eventually(() => mail.outside.letters.length > 0)
    assert.deepEqual(mail.outside.letters[0]?.to, ['friend@elsewhere.example'])
  })

  it('what a suspended sender left in the queue waits there, and goes on when the suspension is lifted', async () => {
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
    // The queue manager asks where a letter goes once for letters that follow each other within 30 s: another one comes between.
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

  it('suspended altogether: mail to the mailbox and to its alias is refused, from inside and outside', async () => {
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

  it('an alias receives and may be sent from; an address of somebody else, a stranger’s and an empty sender may not', async () => {
    const { authOf, mail, provision } = world
    await provision('nina', { aliases: ['n.petrova@postern.example'] })
    await provision('otto')
    const send = (from: string, to = 'otto@postern.example') =>
      trySend(mail, authOf('nina'), { from, to, subject: `From ${from}` })
    assert.equal(await send('n.petrova@postern.example'), 'ok')
    assert.match(await send('otto@postern.example'), /^553 5\.7\.1/)
    assert.match(await send('ceo@elsewhere.example'), /^553 5\.7\.1/)
    const { client } = await signInBySmtp(mail.submissions, 'nina@postern.example', authOf('nina').pass)
    await client.say('MAIL FROM:<>')
    assert.match(await client.say('RCPT TO:<otto@postern.example>'), /^550 5\.7\.1/)
    client.close()
    const letter = { from: 'otto@postern.example', to: 'n.petrova@postern.example', subject: 'To the alias' }
    assert.equal(await trySend(mail, authOf('otto'), letter), 'ok')
    const inbox = await openInbox(mail, authOf('nina'))
    await waitForLetter(inbox, 'To the alias')
    await inbox.logout()
  })

  it('from outside, nobody may use one of our addresses as sender, relay, or write to a mailbox that is not there', async () => {
    const { mail, provision } = world
    await provision('paul')
    const to = 'paul@postern.example'
    assert.match(await offerFromOutside(mail.smtp, 'paul@postern.example', to), /^553 5\.7\.1/)
    assert.match(await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', 'x@third.example'), /^(454|554) /)
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', 'nobody@postern.example'),
      /^550 5\.1\.1/,
    )
    assert.match(await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', to), /^250/)
  })

  it('a full mailbox refuses a letter at the door, and grows at once when it is told to', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('rosa', { quotaBytes: 50_000 })
    const inbox = await openInbox(mail, authOf('rosa'))
    await inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    const seen = await platform.observe(wanted.address)
    assert.ok((seen?.usedBytes ?? 0) >= 48_000, String(seen?.usedBytes))
    const second = inbox.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    await assert.rejects(second, { serverResponseCode: 'OVERQUOTA' })
    await inbox.logout()
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', wanted.address, 'SIZE=20000'),
      /^552 5\.2\.2/,
    )
    await platform.apply({ ...wanted, revision: 2, quotaBytes: 500_000 })
    assert.match(await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', wanted.address, 'SIZE=20000'), /^250/)
    const roomy = await openInbox(mail, authOf('rosa'))
    await roomy.append('INBOX', Buffer.from(`Subject: big\r\n\r\n${'x'.repeat(49_900)}\r\n`))
    await roomy.logout()
  })
})
