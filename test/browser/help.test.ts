// Setting up a mail program in Chromium without scripts.
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { usePortal } from '#test/support/use-portal.ts'

let browser: Browser
const portal = usePortal({ worker: false }, async () => {
  browser = await launchChromium()
})
after(() => browser?.close())

it('visitors find the iPhone profile from the start page without scripts', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  const refused: string[] = []
  page.on(
    'console',
    (message) => void (/policy/i.test(message.text()) && refused.push(message.text())),
  )
  const pictures: number[] = []
  page.on(
    'response',
    (response) => void (/\.svg\?/.test(response.url()) && pictures.push(response.status())),
  )
  page.on('requestfailed', (request) => refused.push(request.url()))
  await page.goto(portal.url)
  await page
    .getByRole('link', { name: /mail program/i })
    .first()
    .click()
  await page.getByRole('link', { name: 'iPhone and iPad' }).click()
  assert.equal(await page.title(), 'iPhone and iPad: set up mail – Postern')
  assert.equal(await page.getByRole('link', { name: 'Download the profile' }).count(), 0)

  await page.getByLabel('Your address').fill('anna@gmail.com')
  await page.getByRole('button', { name: 'Show my settings' }).click()
  assert.equal(await page.locator('[data-error="address.foreign"]').count(), 1)

  await page.getByLabel('Your address').fill('Anna@postern.example')
  await page.getByRole('button', { name: 'Show my settings' }).click()
  assert.match(
    (await page.locator('main').textContent()) ?? '',
    /the address anna@postern\.example/,
  )
  assert.equal(await page.locator('[data-copy]:visible').count(), 0)
  const code = page.getByRole('img', {
    name: 'QR code with the link to the profile for anna@postern.example',
  })
  assert.ok(await code.isVisible())
  assert.deepEqual(pictures, [200], 'the page’s own policy lets the picture in')
  const href = await page.getByRole('link', { name: 'Download the profile' }).getAttribute('href')
  const profile = await context.request.get(portal.url + href)
  assert.equal(profile.headers()['content-type'], 'application/x-apple-aspen-config')
  assert.deepEqual(refused, [])
  await context.close()
})

it('a button copies the server, and a screen reader hears it', async () => {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 320, height: 600 },
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => void refused.push(message.text()))
  await page.goto(`${portal.url}/help/mail-programs?program=other&address=anna@postern.example`)
  for (const value of ['imap.postern.example', 'anna@postern.example']) {
    const button = page.getByRole('button', { name: `Copy ${value}` }).first()
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText(`Copied: ${value}`).waitFor({ state: 'attached' })
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), value)
    await page
      .getByRole('button', { name: `Copied ${value}` })
      .first()
      .waitFor()
    await button.waitFor()
  }
  await page.evaluate('navigator.clipboard.writeText = () => Promise.reject()')
  await page.getByRole('button', { name: 'Copy smtp.postern.example' }).click()
  await page.getByRole('status').getByText('Could not copy').waitFor()
  assert.deepEqual(refused, [])
  await context.close()
})
