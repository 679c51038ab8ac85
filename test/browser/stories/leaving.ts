import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'

/** Somebody who has just registered leaves, comes back, and leaves again for good. */
export const tellOfLeaving: Chapter = (story) => {
  const password = 'сем буслоў над Прыпяццю'

  it('closes a mailbox after reading what happens, and keeps it after all', async () => {
    const { hands } = story
    const login = `${story.login}.leaves`
    await hands.page.context().clearCookies()
    await story.goTo('/register')
    await hands.fill('Mailbox name', login)
    await hands.fill('Password', password)
    await hands.press('Create mailbox')
    await story.isAt('welcome')
    await story.goTo('/account')
    await hands.follow('Close the mailbox')
    await story.isAt('close')
    await story.see('Nobody ever gets this address again, not even you.')
    await hands.press('Close the mailbox')
    await hands.follow(/Tick the box/)
    await hands.check('I have read what will happen')
    await hands.press('Close the mailbox')
    await story.isAt('closed')
    await hands.press('Keep the mailbox')
    await story.isAt('account')
    await story.see('Your mailbox stays open.')
  })

  it('leaves for good: after the days nobody signs in to the mailbox any more', async () => {
    const { hands, portal } = story
    await story.goTo('/account/close')
    await hands.check('I have read what will happen')
    await hands.press('Close the mailbox')
    await story.isAt('closed')
    // The clock of all stories stays where it is.
    const address = `${story.login}.leaves@postern.example`
    await portal.db('accounts').where({ address }).update({ closes_at: portal.clock.now() })
    await portal.tasks['closing:sweep']?.({}, { attempt: 1, maxAttempts: 1 } as never)
    await story.goTo('/sign-in')
    await hands.fill('Mailbox name or full address', `${story.login}.leaves`)
    await hands.fill('Password', password)
    await hands.press('Sign in')
    await story.isAt('sign-in')
    await hands.page.context().clearCookies()
  })
}
