// A switch of the language keeps what was typed, where scripts run.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { landing } from '#test/support/browser/hands.ts'
import { usePortal } from '#test/support/use-portal.ts'

let browser: Browser
const portal = usePortal({}, async () => {
  browser = await launchChromium()
})
after(() => browser?.close())

const open = async (path: string): Promise<Page> => {
  const page = await browser.newPage({ locale: 'en-GB' })
  await page.goto(portal.url + path)
  return page
}

const switchTo = async (page: Page, language: string) => {
  const link = page.locator(`a[hreflang="${language}"]`).first()
  if (!(await link.isVisible())) await page.locator('header summary').first().click()
  await landing(page, link, () => link.click())
}

test('a switch of the language keeps typed texts and choices, but no password', async () => {
  const page = await open('/report')
  await page.fill('#note', 'They want my card.')
  await page.check('input[value="phishing"]')
  await switchTo(page, 'be')
  assert.equal(await page.getAttribute('html', 'lang'), 'be')
  assert.equal(await page.inputValue('#note'), 'They want my card.')
  assert.ok(await page.isChecked('input[value="phishing"]'))
  await page.reload()
  assert.equal(await page.inputValue('#note'), '', 'it is shown once')
  await page.goto(`${portal.url}/sign-in`)
  await page.fill('#login', 'hanna')
  await page.fill('#password', 'a secret of mine')
  await switchTo(page, 'ru')
  assert.deepEqual(
    [await page.inputValue('#login'), await page.inputValue('#password')],
    ['hanna', ''],
  )
  await page.close()
})

test('a switch of the language keeps a chosen file', async () => {
  const page = await open('/report')
  await page.fill('#sender', 'prize@postern.example')
  const buffer = Buffer.from('From: prize@postern.example\r\n\r\nSend money.\r\n')
  await page.setInputFiles('#message_file', { name: 'letter.eml', mimeType: 'text/plain', buffer })
  await switchTo(page, 'de')
  assert.equal(new URL(page.url()).pathname, '/report')
  assert.equal(await page.getAttribute('html', 'lang'), 'de')
  assert.equal(await page.inputValue('#sender'), 'prize@postern.example')
  assert.match(await page.innerText('main'), /letter\.eml/)
  await page.close()
})
