// The life of a mailbox in Chromium without scripts and in mail programs, with Dovecot and Postfix.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openInbox, tryImap, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import {
  type PortalWithMail,
  settled,
  startPortalWithMail,
} from '#test/mail-platform/portal-with-mail.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import type { Endpoint } from '#test/mail-platform/start.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import {
  accountSid,
  authToken,
  startTwilioServer,
  type TwilioServer,
} from '#test/support/messages/twilio-server.ts'
import { piotr, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

const user = 'alena@postern.example'
const old = { user, pass: 'cranes over the flooded meadow' }
const next = { user, pass: 'the meadow is dry and mown' }
const piotrs = { user: 'piotr@postern.example', pass: piotr.password }

describeOnMailServers('somebody with a browser, a phone and a mail program', () => {
  let browser: Browser
  let world: PortalWithMail
  let twilio: TwilioServer
  before(async () => {
    twilio = await startTwilioServer()
    world = await startPortalWithMail({
      env: ({ smtp }) => ({
        // As in production, notices arrive in the mailbox itself.
        SMTP_URL: `smtp://${smtp.host}:${smtp.port}/?tls.rejectUnauthorized=false`,
        MAIL_FROM: 'Postern <no-reply@portal.example>',
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_FROM: '+15005550006',
        TWILIO_API_BASE: twilio.url,
        LIMIT_SMS_WAIT_SECONDS: '0.01',
      }),
    })
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await world?.stop()
    await twilio?.stop()
  })

  async function openBrowser(): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
    context.setDefaultTimeout(60_000)
    return context.newPage()
  }

  /** The `nth` code that came by SMS. */
  const codeFromSms = (nth: number) =>
    eventually(async () =>
      twilio.taken.flatMap(({ body }) => /#(\d+)$/.exec(body)?.[1] ?? []).at(nth - 1),
    )

  /** The server of a service, read from the help page. */
  async function readSettings(
    page: Page,
    service: string,
  ): Promise<{ name: string; endpoints: Endpoint[] }> {
    const list = page.locator(`h3:text-is("${service}") + dl`)
    const row = (key: string) => list.locator(`div:has(dt:text-is("${key}")) dd`)
    const linesOf = async (key: string) => row(key).locator('.line').allTextContents()
    const [[server = ''], name] = await Promise.all([
      linesOf('Server'),
      row('User name').innerText(),
    ])
    // Beside it stands the button that copies it.
    const [host = ''] = server.trim().split(/\s/)
    const endpoints = (await linesOf('Port and encryption')).map((way) => {
      const [, port = '', encryption = ''] = /(\d+), (SSL\/TLS|STARTTLS)/.exec(way) ?? []
      return { host, port: Number(port), secure: encryption === 'SSL/TLS' }
    })
    return { name, endpoints }
  }

  it('a person gets a mailbox, mails with it, and recovers it by SMS', async () => {
    await register(world.portal, piotr)

    const page = await openBrowser()
    await page.goto(world.portal.url)
    await page.getByRole('link', { name: 'Create a mailbox' }).first().click()
    await page.getByLabel('Mailbox name').fill('alena')
    await page.getByLabel('Password', { exact: true }).fill(old.pass)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your mailbox has been created' }).waitFor()

    await page.getByRole('link', { name: 'Set up a mail program' }).click()
    await page.getByRole('link', { name: 'Another program' }).click()
    const receiving = await readSettings(page, 'Receiving: IMAP (recommended)')
    const sending = await readSettings(page, 'Sending: SMTP')
    assert.deepEqual([receiving.name, sending.name], [user, user])
    const [imap] = receiving.endpoints
    const submission = sending.endpoints.find((endpoint) => !endpoint.secure)
    assert.ok(imap && submission)
    const mail = { ...world.mail, imap, submission }

    const inbox = await eventually(async () => openInbox(mail, old).catch(() => undefined))
    const cut = new Promise<void>((done) => inbox.once('close', done))
    const letter = { from: user, to: piotrs.user, subject: 'The cranes are back' }
    assert.equal(await trySend(mail, old, letter), 'ok')
    const piotrsInbox = await openInbox(mail, piotrs)
    await waitForLetter(piotrsInbox, letter.subject, 10_000)
    const received = await piotrsInbox.fetchOne('*', { envelope: true })
    assert.ok(received)
    assert.equal(received.envelope?.from?.[0]?.address, user)
    await piotrsInbox.logout()
    const reply = { from: piotrs.user, to: user, subject: 'Re: The cranes are back' }
    assert.equal(await trySend(mail, piotrs, reply), 'ok')
    await waitForLetter(inbox, reply.subject, 10_000)

    await page.goto(`${world.portal.url}/account/recovery`)
    await page.getByRole('link', { name: /^Add.*Phone/ }).click()
    await page.getByLabel('What is your mobile number?').fill('8 029 765-43-21')
    await page.keyboard.press('Enter')
    await page.getByLabel('Enter the code from the SMS').fill(await codeFromSms(1))
    await page.keyboard.press('Enter')
    await page.getByText('The phone is linked.').waitFor()

    const elsewhere = await openBrowser()
    await elsewhere.goto(world.portal.url)
    await elsewhere.getByRole('link', { name: 'Recover access' }).first().click()
    await elsewhere.getByLabel('Mailbox').fill('alena')
    await elsewhere.keyboard.press('Enter')
    await elsewhere.locator('summary', { hasText: 'By SMS' }).click()
    await elsewhere.getByLabel('Mobile phone number').fill('+375 29 765 43 21')
    await elsewhere.keyboard.press('Enter')
    await elsewhere.getByLabel('Code').fill(await codeFromSms(2))
    await elsewhere.keyboard.press('Enter')
    assert.equal(await tryImap(mail, old), 'ok', 'a proof alone changes nothing')
    await elsewhere.getByLabel('New password').fill(next.pass)
    await elsewhere.keyboard.press('Enter')
    await elsewhere.getByRole('heading', { name: 'The new password is set' }).waitFor()

    await cut
    await settled(world.portal, user)
    assert.match(await tryImap(mail, old), /Authentication failed/)
    assert.match(await trySend(mail, old, letter), /^535/)
    const again = await openInbox(mail, next)
    await waitForLetter(again, reply.subject)
    await waitForLetter(again, 'Your mailbox has a new password', 10_000)
    await again.logout()
    assert.equal(await trySend(mail, next, { ...letter, subject: 'The meadow is mown' }), 'ok')

    await page.goto(`${world.portal.url}/account`)
    assert.equal(new URL(page.url()).pathname, '/sign-in', 'the first browser is signed out')
    await elsewhere.locator('main').getByRole('link', { name: 'Sign in' }).click()
    await elsewhere.getByLabel('Mailbox name or full address').fill(user)
    await elsewhere.getByLabel('Password', { exact: true }).fill(next.pass)
    await elsewhere.keyboard.press('Enter')
    await elsewhere.getByRole('heading', { name: 'Your mailbox' }).waitFor()
    assert.match(
      (await elsewhere.locator('main').textContent()) ?? '',
      /Your new password has worked since/,
    )
  })
})
