// The abuse desk in front of real Dovecot and Postfix.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { createTransport } from 'nodemailer'
import { msPerDay } from '#server/core/durations.ts'
import { liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { listQueue } from '#server/desk/queue/queue-store.ts'
import { fetchMail } from '#server/desk/reports/mail/fetch-mail.ts'
import { signInBySmtp } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { type PortalWorld, startPortalWorld } from '#test/mail-platform/portal-world.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { timeUntilRefused } from '#test/prove/times.ts'
import { ourDomain, untilJudged } from '#test/support/desk/abuse.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

describeOnMailServers('the abuse desk and the mail platform', () => {
  const password = 'a long password of these tests'
  const reports = `letters.box@${ourDomain}`
  const auth = (login: string) => ({ user: `${login}@${ourDomain}`, pass: password })
  let world: PortalWorld
  before(async () => {
    world = await startPortalWorld({ ABUSE_ADDRESS: reports })
    for (const login of ['volha', 'maks', 'letters.box', 'ada.analyst'])
      await register(world.portal, { login, password })
    const { db } = world.portal
    await eventually(
      async () => (await db('mailboxes').whereRaw('applied_revision < revision')).length === 0,
    )
  })
  after(() => world?.stop())

  const send = async (login: string, mail: object) => {
    const tls = { rejectUnauthorized: false }
    const transport = createTransport({
      ...world.mail.submission,
      requireTLS: true,
      auth: auth(login),
      tls,
    } as object)
    await transport.sendMail({ from: auth(login).user, ...mail })
    transport.close()
  }

  it('a letter sent by submission, forwarded and fetched by IMAP proves its sender', async () => {
    const { mail, portal } = world
    await send('volha', {
      to: auth('maks').user,
      subject: 'Your prize',
      text: 'Take it: https://prize.bad.example/',
    })
    const inbox = await openInbox(mail, auth('maks'))
    await waitForLetter(inbox, 'Your prize')
    const letter = await inbox.fetchOne('*', { source: true })
    await inbox.logout()
    assert.ok(letter)
    assert.ok(letter.source)
    const attachments = [
      { filename: 'letter.eml', contentType: 'message/rfc822', content: letter.source },
    ]
    await send('maks', {
      to: reports,
      subject: 'Fwd: Your prize',
      text: 'What is this?',
      attachments,
    })

    const { host, port } = mail.imap
    const { user, pass } = auth('letters.box')
    const url = `imaps://${encodeURIComponent(user)}:${encodeURIComponent(pass)}@${host}:${port}`
    const desk = { ...portal.parts.desk, settings: { ...portal.settings, abuseImapUrl: url } }
    const fetched = await eventually(() => fetchMail(desk, { rejectUnauthorized: false }))
    assert.equal(fetched, 1)
    assert.equal(await fetchMail(desk, { rejectUnauthorized: false }), 0, 'once')
    await untilJudged(portal)
    const staffId = await accountIdOf(portal, 'ada.analyst')
    const { cases } = await listQueue(portal.db, portal.keyring, { tab: 'new', staffId, limit: 5 })
    const volha = await accountIdOf(portal, 'volha')
    assert.deepEqual(
      cases.map(({ accountId, provenance, reporterCount }) => [
        accountId,
        provenance,
        reporterCount,
      ]),
      [[volha, 'proven', 1]],
    )
  })

  it('a report by mail that fails delays no other and is taken in the next time', async () => {
    const { mail, portal } = world
    for (const subject of ['First', 'Second'])
      await send('maks', {
        to: reports,
        subject,
        text: [
          subject,
          '',
          `From: volha@${ourDomain}`,
          'Subject: x',
          `Message-ID: <${subject}@x>`,
          'Date: now',
          '',
          'x',
        ].join('\n'),
      })
    const inbox = await openInbox(mail, auth('letters.box'))
    await waitForLetter(inbox, 'Second')
    await inbox.logout()
    const { host, port } = mail.imap
    const { user, pass } = auth('letters.box')
    const url = `imaps://${encodeURIComponent(user)}:${encodeURIComponent(pass)}@${host}:${port}`
    const { letterParser } = portal.parts.desk
    const failing: typeof letterParser = {
      ...letterParser,
      reportMail: async (input, own) => {
        if (Buffer.from(input).includes('Subject: First')) throw new Error('the database is away')
        return await letterParser.reportMail(input, own)
      },
    }
    const desk = { ...portal.parts.desk, settings: { ...portal.settings, abuseImapUrl: url } }
    assert.equal(
      await fetchMail({ ...desk, letterParser: failing }, { rejectUnauthorized: false }),
      1,
    )
    assert.equal(await fetchMail(desk, { rejectUnauthorized: false }), 1)
    assert.equal(await fetchMail(desk, { rejectUnauthorized: false }), 0)
  })

  it('a measure ends SMTP AUTH and open IMAP sessions in two seconds, until its lift', async () => {
    const { mail, portal } = world
    const staffId = await accountIdOf(portal, 'ada.analyst')
    const accountId = await accountIdOf(portal, 'volha')
    const { user, pass } = auth('volha')
    const reply = async () => {
      const session = await signInBySmtp(mail.submissions, user, pass)
      session.client.close()
      return session.reply
    }
    for (let round = 0; round < 3; round += 1) {
      const inbox = await openInbox(mail, { user, pass })
      const until = new Date(portal.clock.now().getTime() + msPerDay)
      const wanted = {
        accountId,
        caseId: null,
        measure: 'suspend-all',
        cause: 'spam',
        until,
      } as const
      const begun = performance.now()
      const taken = await takeMeasure(portal.parts.desk, wanted, { staffId, right: 'analyst' })
      assert.ok(taken.kind === 'taken')
      await eventually(async () => !inbox.usable)
      assert.ok(performance.now() - begun < 2000, `cut after ${performance.now() - begun} ms`)
      const refused = await timeUntilRefused(begun, async () => !(await reply()).startsWith('235'))
      assert.ok(refused < 3000, `refused after ${refused} ms`)
      assert.match(
        await tryImap(mail, { user, pass }),
        new RegExp(`^Your mailbox is blocked: sign in at ${portal.url}/blocked`),
      )
      await eventually(
        async () =>
          (await portal.db('measures').where({ id: taken.measure.id }).first()).effective_at,
      )
      await liftMeasure(portal.parts.desk, taken.measure.id, { staffId, right: 'analyst' })
      await eventually(async () => (await tryImap(mail, { user, pass })) === 'ok')
      assert.match(await reply(), /^235/)
    }
  })
})
