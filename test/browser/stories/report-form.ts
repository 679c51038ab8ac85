import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Chapter } from '#test/support/browser/storyteller.ts'
import { passwords } from './passwords.ts'

const letter = {
  name: 'letter.eml',
  mimeType: 'message/rfc822',
  buffer: Buffer.from(
    'From: prize@postern.example\r\nSubject: You have won\r\n\r\nSend money.\r\n',
  ),
}

export const tellOfReportForm: Chapter = (story) => {
  const value = (label: string) => story.hands.page.getByLabel(label, { exact: true }).inputValue()

  /** Narrow windows fold the languages up. */
  async function switchTo(language: string, menu: string): Promise<void> {
    const link = story.hands.page.getByRole('link', { name: language }).first()
    if (!(await link.isVisible())) await story.hands.unfold(menu)
    await story.hands.follow(language)
  }

  it('the letter of a refused report is kept, also in another language', async () => {
    const { hands } = story
    await story.goTo('/report?lang=en')
    await hands.fill('Which address did the email come from?', 'prize@postern.example')
    await hands.page.setInputFiles('#message_file', letter)
    await hands.press('Send the report')
    await story.see(/letter\.eml, .+ – kept/)
    await switchTo('Deutsch', 'Language:')
    await story.see('letter.eml')
    await switchTo('English', 'Sprache:')
    assert.equal(await value('Which address did the email come from?'), 'prize@postern.example')
    await hands.tick('It tries to get passwords or card numbers')
    await hands.press('Send the report')
    await story.isAt('report-sent')
    const row = await story.portal.db('abuse_reports').orderBy('id', 'desc').first('how')
    assert.equal(row.how, 'source')
  })

  it('a form that meets an ended session is filled in again after the sign-in', async () => {
    const { hands, portal } = story
    const page = '/account/recovery/backup-address'
    const enter = async () => {
      await hands.fill('Mailbox name or full address', story.login)
      await hands.fill('Password', passwords.sixth)
      await hands.press('Sign in')
      await story.isAt('backup-address')
    }
    await portal.db('sessions').delete()
    await story.goTo(page)
    await enter()
    await hands.fill('What is your other email address?', 'second@elsewhere.example')
    await portal.db('sessions').delete()
    await hands.press('Send the code')
    await story.isAt('sign-in')
    await enter()
    assert.equal(await value('What is your other email address?'), 'second@elsewhere.example')
  })
}
