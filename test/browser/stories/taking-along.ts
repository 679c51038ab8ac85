import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { eventually } from '#test/support/portal.ts'
import { passwords } from './passwords.ts'

export const tellOfTakingAlong: Chapter = (story) => {
  it('asks for all data, reads them, and finds where the emails are taken from', async () => {
    const { hands } = story
    await story.goTo('/account')
    await hands.follow('Take your data with you')
    if ((await hands.page.locator('main').getAttribute('data-page')) !== 'export') {
      await hands.fill('Password', passwords.first)
      await hands.press('Continue')
    }
    await story.isAt('export')
    await hands.press('Make the file')
    await eventually(async () => {
      await hands.page.reload()
      return (await hands.page.locator('main a', { hasText: 'Look at it' }).count()) > 0
    })
    await hands.follow('Look at it')
    await story.see(story.phone)
    await story.see('A file with your data was asked for')
    await hands.follow('Back to the files')
    await hands.follow('How to take your emails with you')
    await story.see('Thunderbird')
  })
}
