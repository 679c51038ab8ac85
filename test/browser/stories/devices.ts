import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { signIn } from '#test/support/people.ts'
import { passwords } from './passwords.ts'

export const tellOfDevices: Chapter = (story) => {
  it('signs one other device out, then all others', async () => {
    for (let other = 0; other < 3; other++)
      await signIn(story.portal, { login: story.login, password: passwords.first })
    await story.hands.follow('Devices')
    await story.isAt('sessions')
    await story.hands.press(/^Sign this device out/)
    await story.see('The device is signed out.')
    await story.hands.press('Sign all other devices out')
    await story.see('All other devices are signed out.')
    await story.see('You are not signed in anywhere else.')
  })

  it('a person reads the activity, confirms the password, changes it and signs out', async () => {
    await story.hands.follow('Activity')
    await story.isAt('activity')
    story.portal.clock.advance(11 * 60_000)
    await story.hands.follow('Change the password')
    await story.isAt('confirm-password')
    await story.hands.fill('Your current password', passwords.first)
    await story.hands.press('Continue')
    await story.isAt('password')
    await story.hands.fill('New password', passwords.second)
    await story.hands.press('Change password')
    await story.see('Your password has been changed.')
    await story.hands.press('Sign out')
    await story.isAt('home')
  })
}
