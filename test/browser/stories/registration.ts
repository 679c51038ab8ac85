import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { passwords } from './passwords.ts'

/** Of another person than the other chapters, who is signed out at the end. */
export const tellOfRegistration: Chapter = (story) => {
  it('is told all faults of the form at once, and takes the name in Latin letters', async () => {
    const { hands } = story
    const [name, latin] =
      story.login === 'key.board' ? ['Ганна Ключ', 'ganna.kliuch'] : ['Янка Воля', 'ianka.volia']
    await story.goTo('/register')
    await hands.fill('Mailbox name', 'anna@elsewhere.example')
    await hands.fill('Password', passwords.first)
    await hands.press('Create mailbox')
    await story.see(/belongs to another provider/)
    await hands.fill('Mailbox name', name)
    await hands.fill('Password', 'short')
    await hands.press('Create mailbox')
    await story.see(/too short/)
    await story.see(/only have Latin letters/)
    await hands.follow(latin)
    await story.isAt('register')
    await hands.fill('Password', passwords.first)
    await hands.press('Create mailbox')
    await story.isAt('welcome')
    await story.see(latin)
  })

  it('is asked about a mistyped address, and takes the one that was meant', async () => {
    const { hands } = story
    await story.goTo('/account/recovery/backup-address')
    await hands.fill('What is your other email address?', `${story.login}@gmial.com`)
    await hands.press('Send the code')
    await story.see('Did you mean')
    await hands.press(/^Yes, /)
    await story.isAt('backup-address-confirm')
    await story.see(`${story.login}@gmail.com`)
  })

  it('writes the number as on paper, and reads whose SMS came', async () => {
    const { hands, phone } = story
    const digits = phone.replace('111', '444').slice(6)
    await story.goTo('/account/recovery/phone')
    await hands.fill('What is your mobile number?', '0512 345 678')
    await hands.press('Send the code')
    await story.see(/Write it with \+/)
    await hands.fill('What is your mobile number?', `(+375 29) ${digits}`)
    await hands.press('Send the code')
    await story.isAt('phone-confirm')
    const [sms] = await awaitSent(story.portal, `+37529${digits}`)
    assert.match(sms?.text ?? '', /^Postern: Your code/)
    assert.doesNotMatch(sms?.text ?? '', /https?:/)
    await hands.page.context().clearCookies()
  })
}
