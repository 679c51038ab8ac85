// How a person works a page: with the keyboard alone, or pointing without scripts. Stories are told once and walked by both.
import assert from 'node:assert/strict'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

export interface Hands {
  readonly page: Page
  /** Follows a link. */
  follow(name: string | RegExp): Promise<void>
  press(name: string | RegExp): Promise<void>
  fill(label: string, text: string): Promise<void>
  /** Chooses the `nth` of a list. */
  choose(label: string, nth: number): Promise<void>
  /** Ticks one of a few. */
  tick(name: string): Promise<void>
  /** Opens what is folded away. */
  unfold(text: string): Promise<void>
  close(): Promise<void>
}

/** With this much one is lost in a page. */
const TABS = 80
const SIZE = { width: 390, height: 700 }

/** Nothing but Tab, letters, arrows, Enter and Space. Fails where something is not reached, or lies outside the window. */
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

  return {
    page,
    async follow(name) {
      const link = page.getByRole('link', { name }).first()
      await reach(link)
      await landing(page, link, () => keyboard.press('Enter'))
    },
    async press(name) {
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
      // A group is entered at its first, and walked by arrows.
      const group = page.locator(`input[name="${await one.getAttribute('name')}"]`)
      await reach(group.first())
      await keyboard.press('Space')
      for (let step = 0; !(await one.isChecked()) && step < TABS; step++)
        await keyboard.press('ArrowDown')
    },
    async unfold(text) {
      await reach(page.locator('summary', { hasText: text }))
      await keyboard.press('Enter')
    },
    close,
  }
}

/** A browser that runs no script at all. */
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
    unfold: (text) => page.locator('summary', { hasText: text }).click(),
    close,
  }
}

/** Waits long: where all goes well that costs nothing, and a busy machine is no reason to fail. */
async function openPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  return { page, close: () => context.close() }
}

/**
 * Does what leads to another page, and waits until that is there with its scripts: else the next key goes to the old page,
 * or the new one takes the focus away when it has been moved already. A link within the page leads nowhere else.
 */
export async function landing(
  page: Page,
  link: Locator | undefined,
  act: () => Promise<void>,
): Promise<void> {
  if ((await link?.getAttribute('href'))?.startsWith('#')) return await act()
  // Not the event of loading: that of the old page may come late, and be taken for the new one's.
  await Promise.all([page.waitForEvent('framenavigated'), act()])
  await page.waitForLoadState('load')
}
