import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'

export const tellOfAppPasswords: Chapter = (story) => {
  async function make(device: string): Promise<void> {
    await story.hands.follow('Make an app password')
    await story.hands.fill('For which device', device)
    await story.hands.press('Make it')
    await story.isAt('app-password-created')
    await story.hands.follow('Done')
    await story.isAt('app-passwords')
  }

  it('makes app passwords, revokes one, and finds the set-up of a mail program', async () => {
    await story.goTo('/account')
    await story.hands.follow('App passwords')
    for (const device of ['Laptop', 'Phone', 'Tablet']) await make(device)
    await story.hands.follow(/^Revoke Laptop/)
    await story.isAt('app-password-revoke')
    await story.hands.press('Revoke it')
    await story.see('The app password is revoked.')
    await story.hands.follow('Set up a mail program')
    await story.hands.follow('Thunderbird')
    await story.isAt('help-mail-programs')
    await story.see(story.mailbox)
  })

  it('reads why a mail program does not connect, and asks for more space', async () => {
    const { portal } = story
    const used = { used_bytes: 900_000_000, measured_at: portal.clock.now() }
    await portal.db('mailboxes').where({ address: story.mailbox }).update(used)
    await story.goTo('/account')
    await story.hands.follow(/does my mail program not connect/)
    await story.isAt('client-sign-ins')
    await story.hands.follow('Overview')
    await story.hands.press(/^Enlarge to/)
    await story.see('There is more space now.')
  })
}

/** After a reset, which holds all app passwords. */
export const tellOfHeldAppPasswords: Chapter = (story) => {
  it('keeps one app password after the reset and then revokes all', async () => {
    await story.hands.follow('Keep or revoke')
    await story.hands.press(/^Keep Phone/)
    await story.see('The app password opens mail again.')
    await story.hands.follow('Revoke all')
    await story.isAt('app-password-revoke')
    await story.hands.press('Revoke all')
    await story.see('All app passwords are revoked.')
  })
}
