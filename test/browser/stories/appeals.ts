import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { MeasureName } from '#server/desk/measures/measures.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { passwords } from './passwords.ts'

export const tellOfAppeals: Chapter = (story) => {
  async function restrict(measure: MeasureName, analyst: string): Promise<void> {
    const { portal } = story
    await register(portal, { login: analyst, password: 'forty reports before lunch' })
    const accountId = await accountIdOf(portal, story.login)
    const wanted = { accountId, caseId: null, measure, cause: 'phishing', until: null } as const
    const by = { staffId: await accountIdOf(portal, analyst), right: 'senior' } as const
    assert.equal((await takeMeasure(portal.parts.desk, wanted, by)).kind, 'taken')
  }

  it('a person objects to a measure by the link in the mail', async () => {
    await restrict('suspend-sending', `first.${story.login}`)
    const { text } = await awaitText(story.portal, story.mailbox, /\/appeal\//)
    await story.goTo(/\/appeal\/[\w-]+/.exec(text)?.[0] ?? '')
    await story.isAt('appeal')
    await story.hands.press('Send the appeal')
    await story.hands.follow('Write why the decision is wrong')
    await story.hands.fill('Why is it a mistake?', 'A stranger had my password.')
    await story.hands.press('Send the appeal')
    await story.see(/Your appeal \S+ has arrived/)
    await story.goTo('/account')
    await story.hands.follow('Why, and how to appeal')
    await story.isAt('blocked')
    await story.see(/Your appeal \S+ has arrived/)
  })

  it('a blocked person learns why only after the right password, and objects there', async () => {
    await restrict('block', `second.${story.login}`)
    await story.goTo('/sign-in')
    await story.hands.fill('Mailbox name or full address', story.login)
    await story.hands.fill('Password', passwords.first)
    await story.hands.press('Sign in')
    await story.isAt('sign-in')
    await story.hands.fill('Password', passwords.sixth)
    await story.hands.press('Sign in')
    await story.isAt('blocked')
    await story.see(/lure readers/)
    await story.hands.follow('Appeal against the decision')
    await story.hands.fill('Why is it a mistake?', 'Nothing of this was written by me.')
    await story.hands.press('Send the appeal')
    await story.see(/Your appeal \S+ has arrived/)
  })
}
