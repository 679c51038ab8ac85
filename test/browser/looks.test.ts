// How the pages look and feel, measured in a real Chromium: every sample, the languages taking turns.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { samples } from '#server/dev/gallery/gallery.ts'
import { locales } from '#server/i18n/texts.ts'
import { launchChromium } from '#test/support/chromium.ts'
import { serveGallery } from '#test/support/gallery-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const measurements = readFileSync(new URL('../support/measure-page.js', import.meta.url), 'utf8')
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

let browser: Browser
let gallery: Awaited<ReturnType<typeof serveGallery>>
before(async () => {
  gallery = await serveGallery()
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  gallery?.close()
})

/** Walks all samples in one window; `turn` makes the languages take turns differently. */
async function walk(
  options: BrowserContextOptions,
  turn: number,
  look: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ bypassCSP: true, ...options })
  const page = await context.newPage()
  for (const [index, sample] of samples.entries()) {
    const locale = locales[(index + turn) % locales.length]
    await page.goto(`${gallery.origin}/${sample.page}/${sample.state}?lang=${locale}`)
    await look(page, `${sample.page}, ${sample.state}, ${locale}`)
  }
  await context.close()
}

describe('every page', () => {
  for (const [turn, colorScheme] of (['light', 'dark'] as const).entries()) {
    it(`breaks no rule of WCAG 2.2 AA that axe knows, ${colorScheme}`, async () => {
      await walk({ colorScheme }, turn, async (page, name) => {
        await page.evaluate(axe)
        const violations = await page.evaluate(async (tags) => {
          // biome-ignore lint/suspicious/noExplicitAny: axe lives in the page only
          const { violations } = await (globalThis as any).axe.run({ runOnly: tags })
          return violations.map((one: { id: string; nodes: { html: string; failureSummary: string }[] }) => [
            one.id,
            ...one.nodes.map((node) => `${node.html} ${node.failureSummary}`),
          ])
        }, RULES)
        assert.deepEqual(violations, [], name)
      })
    })

    it(`shows fields, buttons and the keyboard's place at 3:1 at least, ${colorScheme}`, async () => {
      await walk({ colorScheme }, turn, async (page, name) => {
        await page.evaluate(measurements)
        assert.deepEqual(await page.evaluate('measure.contrastFaults()'), [], name)
      })
    })
  }

  it('shows fields, buttons and the place of the keyboard in forced colours', async () => {
    await walk({ forcedColors: 'active' }, 2, async (page, name) => {
      await page.evaluate(measurements)
      assert.deepEqual(await page.evaluate('measure.contrastFaults()'), [], name)
    })
  })

  it('fits 320 px, and twice the text with wide spacing, without a horizontal bar', async () => {
    await walk({ viewport: { width: 320, height: 640 } }, 3, async (page, name) => {
      assert.equal(await page.evaluate(OVERFLOW), 0, name)
      // The spacing of WCAG 1.4.12.
      await page.addStyleTag({
        content: `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
          p { margin-bottom: 2em !important }`,
      })
      assert.equal(await page.evaluate(OVERFLOW), 0, `${name}, spaced`)
    })
    await walk({ viewport: { width: 640, height: 800 } }, 3, async (page, name) => {
      await page.addStyleTag({ content: 'html { font-size: 200% !important }' })
      assert.equal(await page.evaluate(OVERFLOW), 0, `${name}, 200 %`)
    })
  })

  it('has targets of 24 px at least', async () => {
    await walk({ viewport: { width: 320, height: 640 }, hasTouch: true }, 1, async (page, name) => {
      await page.evaluate(measurements)
      assert.deepEqual(await page.evaluate('measure.measureTargets()'), [], name)
    })
  })

  it('keeps its policy: nothing is refused, nothing leaves the origin, three requests at most', async () => {
    const context = await browser.newContext()
    for (const sample of samples) {
      const page = await context.newPage()
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (fault) => complaints.push(fault.message))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(`${gallery.origin}/${sample.page}/${sample.state}`)
      const real = requests.filter((url) => !url.startsWith('data:'))
      assert.deepEqual(complaints, [], sample.page)
      assert.ok(real.length <= 3 && real.every((url) => url.startsWith(gallery.origin)), real.join(' '))
      await page.close()
    }
    await context.close()
  })
})

describe('a password field', () => {
  it('shows and hides what is typed, and is hidden again when it is sent', async () => {
    const page = await browser.newPage()
    await page.goto(`${gallery.origin}/sign-in/empty`)
    await page.fill('#password', 'correct horse')
    const toggle = page.getByRole('button', { name: 'Show password' })
    await toggle.click()
    assert.equal(await page.getAttribute('#password', 'type'), 'text')
    await page.getByRole('button', { name: 'Hide password' }).click()
    assert.equal(await page.getAttribute('#password', 'type'), 'password')
    await toggle.click()
    await page.evaluate("document.querySelector('form').addEventListener('submit', (sent) => sent.preventDefault())")
    await page.press('#password', 'Enter')
    assert.equal(await page.getAttribute('#password', 'type'), 'password')
    await page.close()
  })

  it('tells how strong a new password is while it is typed', async () => {
    const page = await browser.newPage()
    await page.goto(`${gallery.origin}/register/empty`)
    const told = async (password: string) => {
      await page.fill('#password', password)
      return page.getAttribute('[data-strength-of]', 'data-level')
    }
    assert.equal(await told('short'), 'short')
    assert.equal(await told('aaaaaaaaaaaaaaaa'), 'weak')
    assert.equal(await told('abcdefghijklmnop'), 'weak')
    assert.equal(await told('1234567890123456'), 'weak')
    assert.equal(await told('qwertyuiopasdf'), 'weak')
    assert.equal(await told('yellow kettle march'), 'fair')
    assert.equal(await told('yellow kettle marches north'), 'strong')
    assert.equal(await told('жоўты чайнік крочыць на поўнач'), 'strong')
    assert.equal(await told('gT7#pz!Qm2&v'), 'strong')
    assert.equal(await page.textContent('[data-strength-of]'), 'Strong')
    assert.equal(await told(''), '')
    await page.close()
  })

  it('is a plain field without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${gallery.origin}/sign-in/empty`)
    assert.equal(await page.locator('[data-toggle-password]').isVisible(), false)
    assert.equal(await page.getAttribute('#password', 'type'), 'password')
    await context.close()
  })
})

it('a refused form puts the keyboard on its summary', async () => {
  const page = await browser.newPage()
  await page.goto(`${gallery.origin}/sign-in/errors`)
  await page.waitForFunction("document.activeElement?.matches('[data-error-summary]')")
  await page.getByRole('link', { name: 'The name or the password does not match' }).click()
  assert.equal(await page.evaluate('document.activeElement?.id'), 'password')
  await page.close()
})
