// Two ways to use a page: with the keyboard alone, or by pointing, without scripts.
import assert from 'node:assert/strict'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

export interface Hands {
  readonly page: Page
  follow(name: string | RegExp): Promise<void>
  press(name: string | RegExp): Promise<void>
  fill(label: string, text: string): Promise<void>
  choose(label: string, nth: number): Promise<void>
  tick(name: string): Promise<void>
  /** Sets a checkbox. */
  check(label: string): Promise<void>
  unfold(text: string): Promise<void>
  close(): Promise<void>
}

/** With more presses of Tab a person is lost. */
const TABS = 80
const SIZE = { width: 390, height: 700 }

/** Uses Tab, letters, arrows, Enter and Space. Fails if a control cannot be reached or seen. */
export async function keyboardAlone(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Hands> {
  const { page, close } = await openPage(browser, { viewport: SIZE, ...options })
  const { keyboard } = page

  async function reach(wanted: Locator): Promise<void> {
    await wanted.waitFor()
    const handle = await wanted.elementHandle()
    assert.ok(handle)
    for (let tabs = 0; tabs <= TABS; tabs++) {
      if (await handle.evaluate((element) => element.ownerDocument.activeElement === element)) {
        const box = await handle.boundingBox()
        const inside =
          box && box.y + box.height > 0 && box.y < SIZE.height && box.x >= 0 && box.x < SIZE.width
        assert.ok(inside, `reached outside the window: ${JSON.stringify(box)}`)
        return
      }
      await keyboard.press('Tab')
    }
    assert.fail(`the keyboard does not reach ${wanted}`)
  }

  /** On a phone language and account are folded into the bar. */
  async function openBarOf(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    if ((await page.getByRole(role, { name }).count()) > 0) return
    const folded = page.getByRole(role, { name, includeHidden: true })
    const bar = page.locator('.bar-menu', { has: folded })
    if ((await bar.count()) === 0) return
    await reach(bar.first().locator('summary'))
    await keyboard.press('Enter')
  }

  return {
    page,
    async follow(name) {
      await openBarOf('link', name)
      const link = page.getByRole('link', { name }).first()
      await reach(link)
      await landing(page, link, () => keyboard.press('Enter'))
    },
    async press(name) {
      await openBarOf('button', name)
      await reach(page.getByRole('button', { name }).first())
      await landing(page, undefined, () => keyboard.press('Space'))
    },
    async fill(label, text) {
      await reach(page.getByLabel(label, { exact: true }))
      await keyboard.press('Control+A')
      await keyboard.insertText(text)
    },
    async choose(label, nth) {
      await reach(page.getByLabel(label, { exact: true }))
      for (let step = 0; step < nth; step++) await keyboard.press('ArrowDown')
    },
    async tick(name) {
      const one = page.getByRole('radio', { name })
      // Tab reaches the first of a group, the arrows the others.
      const group = page.locator(`input[name="${await one.getAttribute('name')}"]`)
      await reach(group.first())
      await keyboard.press('Space')
      for (let step = 0; !(await one.isChecked()) && step < TABS; step++)
        await keyboard.press('ArrowDown')
    },
    async check(label) {
      await reach(page.getByLabel(label))
      await keyboard.press('Space')
    },
    async unfold(text) {
      await reach(page.locator('summary', { hasText: text }))
      await keyboard.press('Enter')
    },
    close,
  }
}

export async function withoutScripts(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Hands> {
  const { page, close } = await openPage(browser, { javaScriptEnabled: false, ...options })
  return {
    page,
    follow(name) {
      const link = page.getByRole('link', { name }).first()
      return landing(page, link, () => link.click())
    },
    press: (name) =>
      landing(page, undefined, () => page.getByRole('button', { name }).first().click()),
    fill: (label, text) => page.getByLabel(label, { exact: true }).fill(text),
    choose: async (label, nth) =>
      void (await page.getByLabel(label, { exact: true }).selectOption({ index: nth })),
    tick: (name) => page.getByRole('radio', { name }).check(),
    check: (label) => page.getByLabel(label).check(),
    unfold: (text) => page.locator('summary', { hasText: text }).click(),
    close,
  }
}

/** The timeout is long, so that a busy machine fails no test. */
async function openPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  return { page, close: () => context.close() }
}

/**
 * Acts, and waits until the next page and its scripts are loaded. Otherwise the next key would go
 * to the old page, or the new page would take the focus away. A link within the page does not load.
 */
export async function landing(
  page: Page,
  link: Locator | undefined,
  act: () => Promise<void>,
): Promise<void> {
  if ((await link?.getAttribute('href'))?.startsWith('#')) return await act()
  // The load event of the old page may come late, so wait for the navigation first.
  await Promise.all([page.waitForEvent('framenavigated'), act()])
  await page.waitForLoadState('load')
}
