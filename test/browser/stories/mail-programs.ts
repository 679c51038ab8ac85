import assert from 'node:assert/strict'
import { it } from 'node:test'
import { recordSignIn } from '#server/mail/client-sign-ins/store.ts'
import type { Chapter } from '#test/support/browser/storyteller.ts'

export const tellOfMailPrograms: Chapter = (story) => {
  async function letIn(service: string, outcome: 'succeeded' | 'refused'): Promise<void> {
    const { db, clock } = story.portal
    const { account_id: accountId } = await db('mailboxes')
      .where({ address: story.mailbox })
      .first('account_id')
    const at = clock.now()
    const mark = Buffer.alloc(outcome === 'refused' ? 32 : 0)
    const place = 'Minsk, BY'
    const signIn = { accountId, bucket: at, service, outcome, mark, place, at }
    await recordSignIn(db, { ...signIn, appPasswordId: null })
  }

  it('sets up Thunderbird by its own words, and sees that it works', async () => {
    await story.goTo('/help/mail-programs')
    await story.hands.follow('Thunderbird')
    await story.see('Add Account → Email')
    await story.see('Enter the password, choose Continue, and at the end Finish.')
    await story.see('ask twice')
    await story.hands.follow('See whether the program connected')
    await story.isAt('client-sign-ins')
    await story.see('No program has tried')

    await letIn('imap', 'succeeded')
    await story.goTo('/account/mail-programs')
    await story.see('Works: a program got in')
    await story.see('Send an email to yourself from it.')
    await letIn('smtp', 'refused')
    await story.goTo('/account/mail-programs')
    await story.see('Does not work: the latest try failed')
    await letIn('smtp', 'succeeded')
    await story.goTo('/account/mail-programs')
    const { page } = story.hands
    assert.equal(await page.getByText('Works: a program got in').count(), 2)
    await story.portal.db('client_sign_ins').delete()
  })
}
