import { it } from 'node:test'
import type { Chapter, Storyteller } from '#test/support/browser/storyteller.ts'
import { awaitCode } from '#test/support/messages/outbox.ts'

export const newPhoneOf = ({ phone }: Storyteller) => phone.replace('111', '222')

export const tellOfWaysBack: Chapter = (story) => {
  async function linkAddress(address: string): Promise<void> {
    await story.hands.fill('What is your other email address?', address)
    await story.hands.press('Send the code')
    await story.hands.fill('Enter the code from the email', await awaitCode(story.portal, address))
    await story.hands.press('Confirm')
    await story.see('The backup address is linked.')
  }

  async function setQuestion(nth: number, answer: string): Promise<void> {
    await story.hands.choose('Question', nth)
    await story.hands.fill('Answer', answer)
    await story.hands.press('Set the question')
    await story.see('The security question is set.')
  }

  it('links a backup address and sets a question', async () => {
    await story.hands.follow(/^Add.*Backup address/)
    await linkAddress(`old.${story.address}`)
    await story.hands.follow(/^Add.*Security question/)
    await setQuestion(1, 'Раіса Пятроўна')
  })

  it('puts another phone, another address and another question in their place', async () => {
    const phone = newPhoneOf(story)
    await story.hands.follow(/^Change.*Phone/)
    await story.hands.fill('What is your mobile number?', phone)
    await story.hands.press('Send the code')
    await awaitCode(story.portal, phone)
    await story.awaitButton('Send another code')
    await story.hands.unfold('No SMS?')
    await story.hands.press('Send another code')
    await story.hands.fill('Enter the code from the SMS', await awaitCode(story.portal, phone, 2))
    await story.hands.press('Confirm')
    await story.see('The phone is linked.')
    await story.hands.follow(/^Change.*Backup address/)
    await linkAddress(story.address)
    await story.hands.follow(/^Change.*Security question/)
    await setQuestion(2, 'Гарбарня на Нямізе')
  })
}

/** The phone recovered the account. Address and question are younger than the phone. */
export const tellOfDoubt: Chapter = (story) => {
  it('confirms the backup address and sets the question that the reset put in doubt', async () => {
    await story.goTo('/account')
    await story.hands.follow('Recovery')
    await story.hands.follow(/^Confirm again/)
    await story.hands.fill('What is your other email address?', story.address)
    await story.hands.press('Send the code')
    await story.hands.fill(
      'Enter the code from the email',
      await awaitCode(story.portal, story.address, 2),
    )
    await story.hands.press('Confirm')
    await story.see('The backup address is linked.')
    await story.hands.follow(/^Set it again/)
    await story.hands.choose('Question', 2)
    await story.hands.fill('Answer', 'Гарбарня на Нямізе')
    await story.hands.press('Set the question')
    await story.see('The security question is set.')
  })
}

/** Removes all three methods, in the last chapter. */
export const tellOfRemoval: Chapter = (story) => {
  it('removes each way back', async () => {
    await story.hands.follow('Recovery')
    for (const [name, button, shown] of [
      ['Backup address', 'Remove the backup address', 'The backup address is removed.'],
      ['Phone', 'Remove the phone', 'The phone is removed.'],
      [
        'Security question',
        'Remove the question for good',
        'The security question is removed for good.',
      ],
    ] as const) {
      await story.hands.unfold(name)
      await story.hands.press(button)
      await story.see(shown)
    }
  })
}
