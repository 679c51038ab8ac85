import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'

/** Begins after the last sign-out; signs nobody in. */
export const tellOfNameThatTravels: Chapter = (story) => {
  it('goes from the sign-in to a recovery without typing the name again', async () => {
    await story.goTo('/sign-in')
    await story.hands.fill('Mailbox name or full address', story.login)
    await story.hands.press(/^Recover access/)
    await story.isAt('recover-method')
    await story.see(story.mailbox)
    await story.goTo('/sign-in')
    await story.hands.page.locator(`input[name=login][value="${story.login}"]`).waitFor()
  })

  it('is told that a link is not complete, and finds the way on', async () => {
    await story.goTo('/recover/link/half-of-a-link')
    await story.see('Part of it may be missing')
    await story.hands.follow('Recover access')
    await story.isAt('recover')
  })
}
