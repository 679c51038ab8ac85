import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'

export const tellOfReporting: Chapter = (story) => {
  it('reports a suspicious letter and sees how far the report is', async () => {
    await story.goTo('/')
    await story.hands.follow(/^Report a suspicious email/)
    await story.hands.fill('Which address did the email come from?', 'piotr@postern.example')
    await story.hands.press('Send the report')
    await story.hands.follow('Choose what kind of email it is')
    await story.hands.tick('It tries to get passwords or card numbers')
    await story.hands.press('Send the report')
    await story.isAt('report-sent')
    await story.hands.follow('See the progress of your report')
    await story.isAt('report-progress')
  })
}
