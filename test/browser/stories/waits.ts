import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { passwords } from './passwords.ts'

/** What has the focus, as a screen reader meets it. */
const focused = `(() => {
  const { activeElement: here } = document
  return { role: here.getAttribute('role'), text: here.textContent.trim() }
})()`

export const tellOfWaits: Chapter = (story) => {
  it('a success is said in the title and takes the focus', async () => {
    const { page } = story.hands
    await story.goTo('/')
    assert.doesNotMatch(await page.title(), /signed out/)
    await story.goTo('/sign-in')
    await story.signIn(passwords.second)
    const isInSight = await page.getByRole('button', { name: 'Sign out' }).isVisible()
    if (!isInSight) await story.hands.unfold('Your mailbox')
    await story.hands.press('Sign out')
    await story.isAt('home')
    assert.match(await page.title(), /^You are signed out – /)
    assert.deepEqual(await page.evaluate(focused), {
      role: 'status',
      text: 'You are signed out.',
    })
  })

  it('who waits reads how long, loses nothing, and finds support', async () => {
    const { hands, portal } = story
    const nobody = `nobody.${story.login}`
    for (let wrong = 0; wrong < portal.settings.limitSignInFailures + 2; wrong++) {
      await story.goTo('/sign-in')
      await hands.fill('Mailbox name or full address', nobody)
      await hands.fill('Password', 'four wrong storks')
      await hands.press('Sign in')
    }
    await story.isAt('too-many-tries')
    await story.see('Too many wrong passwords')
    await story.see(/You can try again in \d+ seconds \(at\s\d\d:\d\d\)/)
    await hands.press('Try again')
    await story.isAt('sign-in')
    const field = hands.page.getByLabel('Mailbox name or full address')
    assert.equal(await field.inputValue(), nobody)
    await story.goTo('/no-such-page')
    await hands.follow('Contact support')
    await story.isAt('help-contact')
    await story.see('postmaster')
  })
}
