import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { sentTo } from '#test/support/messages/outbox.ts'
import { eventually } from '#test/support/portal.ts'
import { awaitLink } from '#test/support/recovery/recovery.ts'
import { tellOfHeldAppPasswords } from './app-passwords.ts'
import { passwords } from './passwords.ts'
import { newPhoneOf, tellOfDoubt, tellOfRemoval } from './ways-back.ts'

export const tellOfRecovery: Chapter = (story) => {
  async function begin(door: RegExp | string): Promise<void> {
    await story.goTo('/')
    await story.hands.follow('Recover access')
    await story.hands.fill('Mailbox', story.mailbox)
    await story.hands.press('Continue')
    if (typeof door === 'string') await story.hands.unfold(door)
    else await story.hands.follow(door)
  }

  async function choosePassword(password: string): Promise<void> {
    await story.isAt('recover-new-password')
    await story.hands.fill('New password', password)
    await story.hands.press('Set the password')
    await story.isAt('recover-done')
  }

  /** Waits for `count` recovery codes and returns the newest. */
  const codeSentTo = (phone: string, count: number) =>
    eventually(async () => {
      const texts = (await sentTo(story.portal, phone)).map(({ text }) => text)
      const codes = texts.flatMap((text) => /(?<!\d)\d{8}(?!\d)/.exec(text)?.[0] ?? [])
      return codes.length >= count && codes[0]
    })

  it('gets back in by SMS, with the second code', async () => {
    const phone = newPhoneOf(story)
    // The limit of a number uses the database's clock, so its counts are aged by hand.
    await story.portal.db('rate_limits').delete()
    await begin('By SMS')
    await story.hands.fill('Mobile phone number', phone)
    await story.hands.press('Send the code')
    await codeSentTo(phone, 1)
    await story.awaitButton('Send another code')
    await story.hands.press('Send another code')
    await story.isAt('recover-sms-code')
    await story.hands.fill('Code', await codeSentTo(phone, 2))
    await story.hands.press('Continue')
    await choosePassword(passwords.third)
    await story.hands.follow('Sign in')
    await story.signIn(passwords.third)
  })

  tellOfHeldAppPasswords(story)
  tellOfDoubt(story)

  it('gets back in by the link sent to the backup address', async () => {
    // A reset puts fresh contacts in doubt, so the contacts of this story are a year old.
    const { clock, db } = story.portal
    const longAgo = new Date(clock.now().getTime() - 365 * 86_400_000)
    for (const table of ['phones', 'backup_addresses'])
      await db(table).update({ confirmed_at: longAgo })
    await db('security_questions').whereNull('removed_at').update({ set_at: longAgo })
    await story.hands.press('Sign out')
    await begin(/By the security question/)
    await story.hands.follow('Another method')
    await story.hands.unfold('By the backup address')
    await story.hands.fill('Backup address', story.address)
    await story.hands.press('Send the link')
    await story.isAt('recover-backup-address-sent')
    await story.goTo(await awaitLink(story.portal, story.address))
    await choosePassword(passwords.fourth)
  })

  it('gets back in by the answer, and undoes it all by the link of the notice', async () => {
    await begin(/By the security question/)
    const question = await story.hands.page.locator('label[for="answer"]').textContent()
    await story.hands.fill((question ?? '').trim(), 'гарбарня на нямізе')
    await story.hands.press('Continue')
    await choosePassword(passwords.fifth)
    const undo = await eventually(async () => {
      const [newest] = await sentTo(story.portal, story.address)
      return (
        /security question/.test(newest?.text ?? '') &&
        /^http\S+(\/undo\/\S+)$/m.exec(newest?.text ?? '')?.[1]
      )
    })
    await story.goTo(undo)
    await story.hands.press('This was not me')
    await choosePassword(passwords.sixth)
    await story.hands.follow('Sign in')
    await story.signIn(passwords.sixth)
  })

  tellOfRemoval(story)
}
