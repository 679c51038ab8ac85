// What pages do beyond their forms, where scripts run.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { letterLimits } from '#server/core/letters/letter.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { landing } from '#test/support/browser/hands.ts'
import { usePortal } from '#test/support/use-portal.ts'

let browser: Browser
const portal = usePortal({ env: { LIMIT_SIGN_IN_FAILURES: '1' } }, async () => {
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

test('a switch of the colours keeps what was typed', async () => {
  const page = await open('/report')
  await page.fill('#note', 'They want my card.')
  const link = page.locator('.schemes a[href$="theme=dark"]')
  await landing(page, link, () => link.click())
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark')
  assert.equal(await page.inputValue('#note'), 'They want my card.')
  await page.close()
})

test('a file that is too large is not sent, and the page says so', async () => {
  const page = await open('/report')
  await page.fill('#sender', 'prize@postern.example')
  const buffer = Buffer.alloc(letterLimits.takenBytes + 1)
  await page.setInputFiles('#message_file', { name: 'huge.eml', mimeType: 'text/plain', buffer })
  await page.getByRole('alert').waitFor()
  await page.locator('main button').click()
  assert.equal(await page.inputValue('#sender'), 'prize@postern.example')
  assert.equal(await page.evaluate('document.activeElement.id'), 'message_file')
  await page.close()
})

test('a wait counts down and says when it is over', async () => {
  for (const [locale, some, over] of [
    ['en', /again in (?:3\d|40) seconds \(at/, /again now/],
    ['de', /in (?:3\d|40) Sekunden \(um/, /Jetzt/],
    ['ru', /через (?:3\d|40) секунд.? \(в/, /Теперь/],
    ['be', /праз 0:(?:3\d|40) \(у/, /Цяпер/],
  ] as const) {
    const login = `nobody.${locale}`
    const wrong = { login, password: 'four wrong storks' }
    for (let nth = 0; nth < 2; nth++) await portal.visitor().post('/sign-in', wrong)
    const page = await open(`/sign-in?lang=${locale}`)
    await page.clock.install()
    await page.fill('#login', login)
    await page.fill('#password', wrong.password)
    const button = page.locator('main form button[type="submit"]').first()
    await landing(page, button, () => button.click())
    const wait = page.locator('[data-wait]')
    await page.clock.runFor(20_000)
    assert.match(await wait.innerText(), some)
    await page.clock.runFor(60_000)
    assert.match(await wait.innerText(), over)
    assert.match(await page.locator('main [role="status"]').last().innerText(), over)
    await page.close()
  }
})
