import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'

export const tellOfSettings: Chapter = (story) => {
  it('an owner sets a name and dark pages, and takes the colours back in the footer', async () => {
    await story.goTo('/account')
    await story.hands.follow('Settings')
    await story.isAt('settings')
    await story.hands.fill('Your name (optional)', 'Alesia Kavalchuk')
    await story.hands.tick('Dark')
    await story.hands.press('Save')
    await story.see('The settings are saved.')
    const dark = await story.hands.page.locator('html').getAttribute('data-theme')
    assert.equal(dark, 'dark')
    await story.hands.follow('As on the device')
    await story.isAt('settings')
  })

  it('an entry that was not the owner leads on', async () => {
    await story.hands.follow('Activity')
    await story.isAt('activity')
    await story.hands.follow('Not you?')
    await story.isAt('not-me')
    await story.hands.follow('All activity')
    await story.isAt('activity')
  })
}
