// Measures the looks of pages in Chromium. `npm run prove -- looks` measures all of them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { locales } from '#server/kit/i18n/texts.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { serveGallery } from '#test/support/browser/gallery-server.ts'
import { openLookingGlass, type Sight } from '#test/support/browser/looks.ts'
import { mailSamples, samples } from '#test/support/gallery-samples.ts'

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

/** One state of each page and every sixth mail, with languages and colour schemes in turn. */
function share(): Sight[] {
  const pages = [...Map.groupBy(samples, ({ page }) => page).values()].flatMap((states, at) => {
    const refused = at % 2 ? states.find(({ locals }) => Array.isArray(locals?.errors)) : undefined
    return refused ?? states[at % states.length] ?? []
  })
  const mails = mailSamples.filter((_, at) => at % 6 === 0)
  return [
    ...pages.map(({ page, state }) => ({ path: `/${page}/${state}`, isMail: false })),
    ...mails.map(({ name, state }) => ({ path: `/mail/${name}/${state}`, isMail: true })),
  ].map((one, at) => ({
    ...one,
    // German needs the most space. Here it needs a third more.
    path: locales[at % 4] === 'de' ? `${one.path}?longer` : one.path,
    locale: locales[at % 4] ?? 'en',
    scheme: Math.floor(at / 4) % 2 ? ('dark' as const) : ('light' as const),
  }))
}

describe('every page', () => {
  it('every page is accessible, fits narrow windows and loads nothing foreign', async () => {
    const faults: string[] = []
    const rest = share().values()
    // Two at once, because a page mostly waits.
    const look = async () => {
      const glass = await openLookingGlass(browser, gallery.origin)
      for (const sight of rest) faults.push(...(await glass.faultsOf(sight)))
      await glass.close()
    }
    await Promise.all([look(), look()])
    assert.deepEqual(faults, [])
  })

  it('moves nothing while it arrives in pieces', async () => {
    const whole = await (await fetch(`${gallery.origin}/backup-address-confirm/empty`)).text()
    // Tries every tag of the last third, which covers the end of the page and its footer.
    const pieces = whole.split(/(?<=>)/)
    const rest = pieces.splice(Math.floor((pieces.length * 2) / 3))
    const server = createServer(async ({ url }, response) => {
      if (!url?.startsWith('/?')) {
        const found = await fetch(`${gallery.origin}${url}`)
        response.setHeader('content-type', found.headers.get('content-type') ?? '')
        return void response.end(await found.text())
      }
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.write(pieces.join(''))
      for (const piece of rest) {
        response.write(piece)
        await setTimeout(30)
      }
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const glass = await openLookingGlass(
      browser,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    )
    const faults = await glass.faultsOf({ path: '/', locale: 'en', scheme: 'light' })
    await glass.close()
    server.close()
    assert.deepEqual(faults, [])
  })

  it('the measurements find every fault of a page that does all wrong', async () => {
    const bad = readFileSync(new URL('../support/browser/bad-page.html', import.meta.url))
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(bad),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const glass = await openLookingGlass(
      browser,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    )
    const faults = (await glass.faultsOf({ path: '/', locale: 'en', scheme: 'light' })).join('\n')
    await glass.close()
    server.close()
    for (const fault of [
      'label <input',
      'color-contrast',
      'shift 0.',
      'transition ',
      'border 1.',
      'focus 1.',
      'a horizontal bar',
      'outside: <p class="wide"',
      'cut off: <p class="cut"',
      '12×12',
      'requests: https://elsewhere',
      'console: ',
    ])
      assert.ok(faults.includes(fault), `${fault} is not among\n${faults}`)
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
    await page.evaluate(
      "document.querySelector('form').addEventListener('submit', (sent) => sent.preventDefault())",
    )
    await page.press('#password', 'Enter')
    assert.equal(await page.getAttribute('#password', 'type'), 'password')
    await page.close()
  })

  it('tells how strong a new password is while it is typed', async () => {
    const page = await browser.newPage()
    await page.goto(`${gallery.origin}/register/empty`)
    const strengthOf = async (password: string) => {
      await page.fill('#password', password)
      return page.getAttribute('[data-strength-of]', 'data-level')
    }
    assert.equal(await strengthOf('short'), 'short')
    assert.equal(await strengthOf('aaaaaaaaaaaaaaaa'), 'weak')
    assert.equal(await strengthOf('abcdefghijklmnop'), 'weak')
    assert.equal(await strengthOf('1234567890123456'), 'weak')
    assert.equal(await strengthOf('qwertyuiopasdf'), 'weak')
    assert.equal(await strengthOf('yellow kettle march'), 'fair')
    assert.equal(await strengthOf('yellow kettle marches north'), 'strong')
    assert.equal(await strengthOf('жоўты чайнік крочыць на поўнач'), 'strong')
    assert.equal(await strengthOf('gT7#pz!Qm2&v'), 'strong')
    assert.equal(await page.textContent('[data-strength-of]'), 'Strong')
    assert.equal(await strengthOf(''), '')
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
