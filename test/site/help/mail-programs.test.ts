// Connects to a real Dovecot and Postfix with nothing but our set-up answers.
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { parse as parsePlist } from 'fast-plist'
import { systemClock } from '#server/core/clock.ts'
import { signInByPop3 } from '#test/mail-platform/line-client.ts'
import { openInbox, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { type MailWorld, startMailWorld } from '#test/mail-platform/world.ts'
import {
  protocolsInAutodiscover,
  serversInAutoconfig,
} from '#test/support/mail-programs/read-answers.ts'
import { usePortal } from '#test/support/use-portal.ts'

interface Way {
  readonly type: string
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly user: string
}

describeOnMailServers('a mail program that knows only address, password and our answer', () => {
  let world: MailWorld
  const portal = usePortal(async () => {
    world = await startMailWorld(systemClock)
    const { imap, pop3, submission, submissions } = world.mail
    const env = {
      MAIL_DOMAINS: 'postern.example',
      MAIL_SERVER_IMAP: `imaps://${imap.host}:${imap.port}`,
      MAIL_SERVER_POP3: `pop3s://${pop3.host}:${pop3.port}`,
      MAIL_SERVER_SMTP: [
        `smtps://${submissions.host}:${submissions.port}`,
        `smtp://${submission.host}:${submission.port}`,
      ].join(', '),
    }
    return { worker: false, database: world.database, env }
  })
  after(() => world?.stop())

  /** Sends a letter by every SMTP server of the answer, and fetches it by IMAP. */
  async function useEveryWay(ways: readonly Way[], login: string): Promise<void> {
    const { address } = await world.provision(login)
    const { pass } = world.authOf(login)
    const [imap] = ways.filter((way) => way.type === 'imap')
    assert.ok(imap)
    const inbox = await openInbox({ ...world.mail, imap }, { user: imap.user, pass })
    for (const [index, way] of ways.entries()) {
      assert.equal(way.user, address)
      if (way.type === 'pop3') assert.match(await signInByPop3(way, way.user, pass), /^\+OK/)
      if (way.type !== 'smtp') continue
      const subject = `By way ${index}`
      const mail = { from: address, to: address, subject }
      assert.equal(
        await trySend({ ...world.mail, submission: way }, { user: way.user, pass }, mail),
        'ok',
      )
      await waitForLetter(inbox, subject)
    }
    await inbox.logout()
  }

  it('mail programs can read and send by every server of the autoconfig file', async () => {
    const address = 'thea@postern.example'
    const { html } = await portal
      .visitor()
      .get(`/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`)
    const ways = serversInAutoconfig(html).map(({ type, fields }) => ({
      type,
      host: fields.hostname ?? '',
      port: Number(fields.port),
      secure: fields.socketType === 'SSL',
      user: fields.username?.replace('%EMAILADDRESS%', address) ?? '',
    }))
    assert.deepEqual(
      ways.map(({ type, secure }) => `${type} ${secure}`),
      ['imap true', 'pop3 true', 'smtp true', 'smtp false'],
    )
    await useEveryWay(ways, 'thea')
  })

  it('mail programs can read and send by every protocol of Autodiscover', async () => {
    const body =
      '<Autodiscover><Request><EMailAddress>otto@postern.example</EMailAddress>' +
      '</Request></Autodiscover>'
    const { html } = await portal.visitor().send('/autodiscover/autodiscover.xml', body)
    const ways = protocolsInAutodiscover(html).map((fields) => ({
      type: fields.Type?.toLowerCase() ?? '',
      host: fields.Server ?? '',
      port: Number(fields.Port),
      secure: fields.SSL === 'on',
      user: fields.LoginName ?? '',
    }))
    assert.equal(ways.length, 3)
    await useEveryWay(ways, 'otto')
  })

  it('mail programs can read and send by the Apple profile', async () => {
    const { html } = await portal
      .visitor()
      .get('/help/mail-programs/apple.mobileconfig?address=ines%40postern.example')
    const [account] = parsePlist(html).PayloadContent
    const wayOf = (direction: 'Incoming' | 'Outgoing', type: string): Way => ({
      type,
      host: account[`${direction}MailServerHostName`],
      port: account[`${direction}MailServerPortNumber`],
      secure: account[`${direction}MailServerUseSSL`],
      user: account[`${direction}MailServerUsername`],
    })
    await useEveryWay([wayOf('Incoming', 'imap'), wayOf('Outgoing', 'smtp')], 'ines')
  })
})
