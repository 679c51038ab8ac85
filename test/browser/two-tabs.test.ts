// Old forms in a second tab must not act for another person.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { landing } from '#test/support/browser/hands.ts'
import { signIn } from '#test/support/people.ts'
import { begin, type Equipped, equip, linkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

let browser: Browser
let anna: Equipped
let boris: Equipped
const portal = usePortal({}, async (portal) => {
  browser = await launchChromium()
  anna = await equip(portal, 'anna.tabs')
  boris = await equip(portal, 'boris.tabs')
})
after(() => browser?.close())

const fresh = 'a new and longer sentence'
const press = (page: Page, name: string) =>
  landing(page, undefined, () => page.getByRole('button', { name, exact: true }).first().click())

async function sees(
  page: Page,
  id: string,
  error: string | undefined,
  words: string,
): Promise<void> {
  const text = await page.locator('main').innerText()
  assert.equal(await page.locator('main').getAttribute('data-page'), id, text)
  const codes = await page
    .locator('[data-error]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-error')))
  assert.deepEqual(codes, error ? [error] : [])
  assert.ok(text.includes(words), text)
}

describe('two tabs of one browser', () => {
  let context: BrowserContext
  before(async () => {
    context = await browser.newContext({ locale: 'en-GB' })
  })
  after(() => context?.close())

  async function openTab(path: string): Promise<Page> {
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(portal.url + path)
    return page
  }

  async function signInAt(page: Page, person: Equipped): Promise<void> {
    await page.goto(`${portal.url}/sign-in`)
    await page.getByLabel('Mailbox name or full address', { exact: true }).fill(person.login)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await press(page, 'Sign in')
    assert.equal(new URL(page.url()).pathname, '/account')
  }

  it('a password form that one person opened sets no password for the next person', async () => {
    const first = await openTab('/')
    await signInAt(first, anna)
    await first.goto(`${portal.url}/account/password`)
    const second = await openTab('/account')
    await press(second, 'Sign out')
    await signInAt(second, boris)

    await first.getByLabel('New password', { exact: true }).fill(fresh)
    await landing(first, undefined, () => first.locator('main button[type="submit"]').click())
    await sees(first, 'forbidden', 'form.other-session', boris.mailbox)
    for (const person of [anna, boris]) await signIn(portal, person)

    const on = first.locator('a.govuk-button')
    await landing(first, on, () => on.click())
    assert.equal(
      new URL(first.url()).pathname,
      '/account/password',
      'the way on is the same page, for who is there now',
    )
  })

  it('each reset link sets the password of the mailbox on its page, or none', async () => {
    const links: string[] = []
    for (const person of [anna, boris])
      links.push(await linkOf(portal, await begin(portal, person.login), person))
    const first = await openTab(links[0] ?? '')
    await sees(first, 'recover-new-password', undefined, anna.mailbox)
    const second = await openTab(links[1] ?? '')
    await sees(second, 'recover-new-password', undefined, boris.mailbox)

    const choose = async (page: Page) => {
      await page.getByLabel('New password', { exact: true }).fill(fresh)
      await press(page, 'Set the password')
    }
    await choose(first)
    await sees(first, 'recover-new-password', 'flow.other', boris.mailbox)
    for (const person of [anna, boris]) await signIn(portal, person)
    await choose(second)
    await sees(second, 'recover-done', undefined, boris.mailbox)
    await signIn(portal, { ...boris, password: fresh })
    await signIn(portal, anna)
  })
})
