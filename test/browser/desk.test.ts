// Staff pages other than cases in Chromium, once with the keyboard alone and once without scripts.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import type { MeasureName } from '#server/desk/measures/measures.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { type Hands, keyboardAlone, withoutScripts } from '#test/support/browser/hands.ts'
import { createStoryteller } from '#test/support/browser/storyteller.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, approve, caseOf, propose, reportLetter } from '#test/support/desk/cases.ts'
import { authenticatorCode, giveRole, readCodes, readSecret } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'

const password = 'forty storks over the marsh'

let browser: Browser
let ada: string
let bela: string
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  browser = await launchChromium()
  for (const login of ['ada.analyst', 'bela.analyst']) await register(portal, { login, password })
  ada = await giveRole(portal, 'ada.analyst', 'analyst')
  bela = await giveRole(portal, 'bela.analyst', 'senior')
})
after(() => browser?.close())

/** A new account with a proposed measure. */
async function proposeAgainst(login: string, measure: MeasureName): Promise<string> {
  await register(portal, { login, password })
  const accountId = await accountIdOf(portal, login)
  await reportLetter(portal, { accountId, login })
  return await propose(portal, {
    accountId,
    caseId: await caseOf(portal, accountId),
    by: ada,
    measure,
  })
}

for (const [how, take, name] of [
  ['by the keyboard alone', keyboardAlone, 'keys'],
  ['without scripts', withoutScripts, 'plain'],
] as const) {
  describe(`a senior analyst ${how}`, () => {
    let hands: Hands
    const story = createStoryteller({
      login: `senior.${name}`,
      phone: '',
      portal: () => portal,
      hands: () => hands,
    })
    const signIn = async () => {
      await story.goTo('/staff')
      await hands.fill('Mailbox name or full address', story.login)
      await hands.fill('Password', password)
      await hands.press('Sign in')
    }
    before(async () => {
      hands = await take(browser)
      await register(portal, { login: story.login, password })
      await giveRole(portal, story.login, 'senior')
      await giveRole(portal, story.login, 'operator')
      await giveRole(portal, story.login, 'support')
      await proposeAgainst(`guilty.${name}`, 'suspend-sending')
      await proposeAgainst(`harmless.${name}`, 'suspend-sending')
      const measureId = await proposeAgainst(`wronged.${name}`, 'suspend-sending')
      await approve(portal, measureId, bela)
      await appealAgainst(portal, measureId)
    })
    after(() => hands?.close())

    it('connects an authenticator and keeps the recovery codes', async () => {
      await signIn()
      await story.isAt('staff-enrol')
      const secret = readSecret(await hands.page.content())
      await hands.fill('Code from the app', authenticatorCode(portal, secret))
      await hands.press('Connect')
      await story.isAt('staff-codes')
      await hands.press('I have kept them')
      await story.isAt('staff-queue')
    })

    it('approves one proposal and refuses another', async () => {
      await hands.follow('Approvals')
      await hands.follow(new RegExp(`guilty.${name}`))
      await hands.press('Approve: take the measure')
      await story.see('The measure is in force')
      await hands.follow(new RegExp(`harmless.${name}`))
      await hands.press('Refuse')
      await story.see('The proposal was refused')
    })

    it('decides an appeal', async () => {
      await hands.follow('Cases')
      await hands.follow(/^Appeals/)
      await hands.follow(new RegExp(`wronged.${name}`))
      await hands.press('Decide')
      await hands.follow('Choose the decision')
      await hands.tick('lift the measure')
      await hands.press('Decide')
      await story.isAt('staff-case')
      await story.see('The appeal is decided')
    })

    it('searches for a case, and filters the queue', async () => {
      await hands.follow('Search')
      await hands.fill('What to look for', `guilty.${name}@postern.example`)
      await hands.press('Search')
      await hands.follow(new RegExp(`guilty.${name}`))
      await story.isAt('staff-case')
      await hands.follow('Cases')
      await hands.follow(/^All open/)
      await hands.choose('Severity', 3)
      await hands.press('Show')
      assert.match(hands.page.url(), /severity=/)
    })

    it('looks a mailbox up and signs its devices out', async () => {
      await hands.follow('Mailboxes')
      await hands.fill('Name or address of the mailbox', 'nobody.at.all')
      await hands.press('Search')
      await hands.follow('There is no such mailbox')
      await hands.fill('Name or address of the mailbox', `guilty.${name}`)
      await hands.press('Search')
      await hands.press('Sign out all devices')
      await story.see('All devices were signed out')
    })

    it('reads the audit, makes new codes, and comes back by one of them', async () => {
      await hands.follow('Audit')
      await hands.fill('About the mailbox', `guilty.${name}`)
      await hands.press('Show')
      await hands.follow('There is no such mailbox')
      await hands.fill('About the mailbox', `guilty.${name}@postern.example`)
      await hands.press('Show')
      await hands.page.locator('.lines__title', { hasText: 'Approved a measure' }).waitFor()
      await hands.follow('My access')
      await hands.press('Turn shortcuts off')
      await story.see('Keyboard shortcuts are off')
      await hands.press('Make new codes')
      await story.isAt('staff-codes')
      const [code = ''] = readCodes(await hands.page.content())
      await hands.press('I have kept them')
      await hands.press('Sign out')
      await signIn()
      await story.isAt('staff-door')
      await hands.fill('Code from your app', code)
      await hands.press('Go in')
      await story.isAt('staff-queue')
    })
  })
}
