import assert from 'node:assert/strict'
import { it } from 'node:test'
import { blockByOperator, liftByOperator } from '#server/desk/measures/operator/operator-block.ts'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { accountIdOf } from '#test/support/people.ts'
import { passwords } from './passwords.ts'

export const tellOfOperatorBlock: Chapter = (story) => {
  it('a person whom an operator blocked reads why, and objects by the page', async () => {
    const { db, clock, parts } = story.portal
    const accountId = await accountIdOf(story.portal, story.login)
    await db.transaction((trx) => liftByOperator(trx, parts.desk, accountId, clock.now()))
    const how = { reason: 'malware', at: clock.now() }
    assert.ok(await db.transaction((trx) => blockByOperator(trx, parts.desk, accountId, how)))
    await story.goTo('/sign-in')
    await story.hands.fill('Mailbox name or full address', story.login)
    await story.hands.fill('Password', passwords.sixth)
    await story.hands.press('Sign in')
    await story.isAt('blocked')
    await story.see(/harmful files/)
    await story.hands.follow('Appeal against the decision')
    await story.hands.fill('Why is it a mistake?', 'I only sent holiday pictures.')
    await story.hands.press('Send the appeal')
    await story.see(/Your appeal \S+ has arrived/)
  })
}
