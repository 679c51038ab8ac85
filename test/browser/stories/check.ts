import assert from 'node:assert/strict'
import { it } from 'node:test'
import { askOwner } from '#server/site/check/ask-owners.ts'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { awaitText } from '#test/support/messages/outbox.ts'

const day = 86_400_000

/** The contacts were proven long ago: the owner says yes on the page, and by a click in a letter. */
export const tellOfCheck: Chapter = (story) => {
  const accountId = async (): Promise<string> => {
    const address = `${story.login}@postern.example`
    return (await story.portal.db('accounts').where({ address }).first('id')).id
  }

  async function letPass(days: number): Promise<void> {
    const { db, clock } = story.portal
    const at = new Date(clock.now().getTime() - days * day)
    for (const table of ['backup_addresses', 'phones'] as const)
      await db(table)
        .where({ account_id: await accountId() })
        .update({ proven_at: at })
  }

  it('follows the banner to the check and says that the phone is still theirs', async () => {
    await letPass(430)
    await story.goTo('/account')
    await story.hands.follow('Security check')
    await story.isAt('check')
    await story.see('It was last confirmed 14 months ago.')
    await story.hands.press(/^Yes, still mine.*Phone/)
    await story.isAt('check')
    await story.see('Thank you. We will ask again some day.')
  })

  it('confirms the backup address with one click from the letter', async () => {
    await askOwner(story.portal.parts, await accountId(), 'backup-address')
    const { text } = await awaitText(story.portal, story.address, /\/check\//)
    const link = /(\/check\/\S+)$/m.exec(text)?.[1]
    assert.ok(link)
    await story.goTo(link)
    await story.hands.press('Yes, still mine')
    await story.see('The address is confirmed')
    await story.goTo('/account')
    await story.see('Protected')
    await letPass(1)
  })
}
