// Setting up recovery methods in Chromium without scripts, on a small screen.
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { awaitCode } from '#test/support/messages/outbox.ts'
import { hanna } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

let browser: Browser
const portal = usePortal({}, async () => {
  browser = await launchChromium()
})
after(() => browser?.close())

it('somebody creates a mailbox and makes sure of three ways back, without scripts', async () => {
  const viewport = { width: 320, height: 640 }
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', viewport })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(`${portal.url}/register`)
  await page.getByLabel('Mailbox name').fill(hanna.login)
  await page.getByLabel('Password', { exact: true }).fill(hanna.password)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Phone' }).click()

  await page.getByLabel('What is your mobile number?').fill('8 029 123-45-67')
  await page.keyboard.press('Enter')
  const code = await awaitCode(portal, '+375291234567')
  const field = page.getByLabel('Enter the code from the SMS')
  assert.equal(await field.getAttribute('autocomplete'), 'one-time-code')
  await field.fill(code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)))
  await page.keyboard.press('Enter')
  await page.locator('[data-error="code.wrong"]').waitFor()
  assert.equal(await field.inputValue(), '', 'a code is never shown again')
  await field.fill(`${code.slice(0, 3)}-${code.slice(3)}`)
  await page.keyboard.press('Enter')
  await page.getByText('The phone is linked.').waitFor()

  await page.getByRole('link', { name: /^Add.*Backup address/ }).click()
  await page.getByLabel('What is your other email address?').fill('hanna@postern.example')
  await page.keyboard.press('Enter')
  await page.locator('[data-error="address.own-domain"]').waitFor()
  await page.getByLabel('What is your other email address?').fill('hanna@elsewhere.example')
  await page.keyboard.press('Enter')
  await page.getByText('No email?').click()
  await page.getByRole('button', { name: 'Send another code' }).click()
  await page
    .getByLabel('Enter the code from the email')
    .fill(await awaitCode(portal, 'hanna@elsewhere.example', 2))
  await page.keyboard.press('Enter')
  await page.getByText('The backup address is linked.').waitFor()

  await page.getByRole('link', { name: /^Add.*Security question/ }).click()
  await page
    .getByLabel('Question', { exact: true })
    .selectOption({ label: 'Where did you earn your first money?' })
  await page.getByLabel('Answer', { exact: true }).fill('Гарбарня на Нямізе')
  await page.keyboard.press('Enter')
  await page.getByText('The security question is set.').waitFor()
  assert.equal(await page.getByText('Set', { exact: true }).count(), 3)

  await page.locator('summary', { hasText: 'Security question' }).click()
  await page.getByRole('button', { name: 'Remove the question for good' }).click()
  await page.getByText('The security question is removed for good.').waitFor()
  assert.equal(await page.locator('a[href="/account/recovery/security-question"]').count(), 0)
  assert.ok(
    (await page.evaluate('document.documentElement.scrollWidth')) === 320,
    'nothing runs out of the page',
  )
  await context.close()
})
