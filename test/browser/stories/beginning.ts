import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { awaitCode } from '#test/support/messages/outbox.ts'
import { passwords } from './passwords.ts'

export const tellOfBeginning: Chapter = (story) => {
  it('finds the settings of a mail program before there is a mailbox', async () => {
    const { hands } = story
    await story.goTo('/')
    await hands.follow('Set up a mail program')
    await hands.follow('iPhone and iPad')
    await hands.fill('Your address', 'someone@elsewhere.example')
    await hands.press('Show my settings')
    await hands.follow(/not an address of ours/)
    await hands.fill('Your address', story.mailbox)
    await hands.press('Show my settings')
    await story.see(`the address ${story.mailbox}`)
  })

  it('creates a mailbox, is told what is wrong on the way, and links a phone', async () => {
    const { hands, phone } = story
    await story.goTo('/')
    await hands.follow('Create a mailbox')
    await hands.fill('Mailbox name', story.login)
    await hands.fill('Password', 'short')
    await hands.press('Create mailbox')
    await hands.follow(/too short/)
    await hands.fill('Password', passwords.first)
    await hands.press('Create mailbox')
    await story.isAt('welcome')
    await hands.follow('Phone')
    await hands.fill('What is your mobile number?', phone)
    await hands.press('Send the code')
    await hands.fill('Enter the code from the SMS', await awaitCode(story.portal, phone))
    await hands.press('Confirm')
    await story.see('The phone is linked.')
  })

  it('changes the language and back', async () => {
    await story.hands.follow('Deutsch')
    await story.see('Sicherheitsfrage')
    await story.hands.follow('English')
    await story.see('Security question')
  })
}
