// Every flow of a person in a real Chromium, walked twice: by the keyboard alone, and without scripts.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '#test/support/chromium.ts'
import { type Hands, keyboardAlone, withoutScripts } from '#test/support/hands.ts'
import { awaitCode, sentTo } from '#test/support/outbox.ts'
import { eventually, startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { awaitLink } from '#test/support/recovery.ts'

let browser: Browser
let portal: TestPortal
before(async () => {
  portal = await startTestPortal({ env: { LIMIT_SMS_WAIT_SECONDS: '0.01' } })
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  await portal?.stop()
})

const passwords = [
  'жоўты чайнік крочыць',
  'seven storks over Minsk',
  'und noch ein langer Satz',
  'яшчэ адзін добры сказ',
]
const [first = '', second = '', third = '', fourth = ''] = passwords

for (const [how, take, login, phone] of [
  ['by the keyboard alone', keyboardAlone, 'key.board', '+375291110001'],
  ['without scripts', withoutScripts, 'script.less', '+375291110002'],
] as const) {
  describe(`a person ${how}`, () => {
    let hands: Hands
    const mailbox = `${login}@postern.example`
    const address = `${login}@elsewhere.example`
    const see = (text: string) => hands.page.getByText(text).first().waitFor()
    const isAt = (id: string) => hands.page.locator(`main[data-page="${id}"]`).waitFor()
    before(async () => {
      hands = await take(browser)
    })
    after(() => hands?.close())

    async function signIn(password: string): Promise<void> {
      await hands.fill('Mailbox name or full address', login)
      await hands.fill('Password', password)
      await hands.press('Sign in')
      await isAt('account')
    }

    async function begin(door: RegExp): Promise<void> {
      await hands.page.goto(portal.url)
      await hands.follow('Get back in')
      await hands.fill('Mailbox', mailbox)
      await hands.press('Continue')
      await hands.follow(door)
    }

    async function choosePassword(password: string): Promise<void> {
      await isAt('recover-new-password')
      await hands.fill('New password', password)
      await hands.press('Set the password')
      await isAt('recover-done')
    }

    it('creates a mailbox, is told what is wrong on the way, and links a phone', async () => {
      await hands.page.goto(portal.url)
      await hands.follow('Create a mailbox')
      await hands.fill('Mailbox name', login)
      await hands.fill('Password', 'short')
      await hands.press('Create mailbox')
      await hands.follow(/too short/)
      await hands.fill('Password', first)
      await hands.press('Create mailbox')
      await isAt('welcome')
      await hands.follow('Phone')
      await hands.fill('What is your mobile number?', phone)
      await hands.press('Send the code')
      await hands.fill('Enter the code from the SMS', await awaitCode(portal, phone))
      await hands.press('Confirm')
      await see('The phone is linked.')
    })

    it('links a backup address and sets a question', async () => {
      await hands.follow(/^Add.*Backup address/)
      await hands.fill('What is your other mail address?', address)
      await hands.press('Send the code')
      await hands.fill('Enter the code from the letter', await awaitCode(portal, address))
      await hands.press('Confirm')
      await see('The backup address is linked.')
      await hands.follow(/^Add.*Security question/)
      await hands.choose('Question', 2)
      await hands.fill('Answer', 'Гарбарня на Нямізе')
      await hands.press('Set the question')
      await see('The security question is set.')
    })

    it('changes the language and back, looks at devices and activity, changes the password, signs out', async () => {
      await hands.follow('Deutsch')
      await see('Sicherheitsfrage')
      await hands.follow('English')
      await hands.follow('Devices')
      await isAt('sessions')
      await hands.follow('Activity')
      await isAt('activity')
      await hands.follow('Change the password')
      await hands.fill('New password', second)
      await hands.press('Change password')
      await see('The password is changed.')
      await hands.press('Sign out')
      await isAt('home')
    })

    it('gets back in by SMS', async () => {
      await begin(/By SMS/)
      await hands.fill('Mobile phone number', phone)
      await hands.press('Send the code')
      await isAt('recover-sms-code')
      const code = await eventually(async () => {
        const texts = (await sentTo(portal, phone)).map(({ text }) => text)
        return texts.flatMap((text) => /(?<!\d)\d{8}(?!\d)/.exec(text)?.[0] ?? [])[0]
      })
      await hands.fill('Code', code)
      await hands.press('Continue')
      await choosePassword(third)
      await hands.follow('Sign in')
      await signIn(third)
      await hands.press('Sign out')
      await isAt('home')
    })

    it('gets back in by the link sent to the backup address', async () => {
      await begin(/By the backup address/)
      await hands.fill('Backup address', address)
      await hands.press('Send the link')
      await isAt('recover-backup-address-sent')
      await hands.page.goto(portal.url + (await awaitLink(portal, address)))
      assert.equal(new URL(hands.page.url()).pathname, '/recover/new-password')
      await choosePassword(fourth)
    })

    it('gets back in by the answer, and undoes it all by the link of the notice', async () => {
      await begin(/By the security question/)
      await hands.fill(await questionOn(hands), 'гарбарня на нямізе')
      await hands.press('Continue')
      await choosePassword(first)
      const undo = await eventually(async () => {
        const [newest] = await sentTo(portal, address)
        return /security question/.test(newest?.text ?? '') && /^http\S+(\/undo\/\S+)$/m.exec(newest?.text ?? '')?.[1]
      })
      await hands.page.goto(portal.url + undo)
      await hands.press('This was not me')
      await choosePassword(second)
      await hands.follow('Sign in')
      await signIn(second)
    })

    it('removes a way back, and is asked for the password first where it was typed long ago', async () => {
      await hands.follow('Ways back in')
      await hands.unfold('Backup address')
      await hands.press('Remove the backup address')
      await see('The backup address is removed.')
      portal.clock.advance(11 * 60_000)
      await hands.follow(/^Change.*Phone/)
      await isAt('confirm-password')
      await hands.fill('Your present password', second)
      await hands.press('Continue')
      await isAt('phone')
    })

    it('reports a suspicious letter and sees how far the report is', async () => {
      await hands.page.goto(portal.url)
      await hands.follow(/^Report a suspicious letter/)
      await hands.fill('Which address did the letter come from?', 'piotr@postern.example')
      await hands.press('Send the report')
      await hands.follow('Choose what kind of letter it is')
      await hands.tick('It tries to get passwords or card numbers')
      await hands.press('Send the report')
      await isAt('report-sent')
      await hands.follow('See how far it is')
      await isAt('report-progress')
    })

    it('makes an app password and revokes it, and finds the set-up of a mail program', async () => {
      await hands.page.goto(`${portal.url}/account/app-passwords`)
      await hands.follow('Make an app password')
      await hands.fill('For which device', 'Laptop')
      await hands.press('Make it')
      await isAt('app-password-created')
      await hands.follow('Done')
      await hands.press(/^Revoke/)
      await see('The app password is revoked.')
      await hands.follow('Set up a mail program')
      await hands.follow('Thunderbird')
      await see(mailbox)
    })
  })
}

const questionOn = async (hands: Hands): Promise<string> =>
  ((await hands.page.locator('label[for="answer"]').textContent()) ?? '').trim()
