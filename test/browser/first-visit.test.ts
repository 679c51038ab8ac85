// What a browser loads, keeps and fills in on its first visit.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { locales } from '#server/kit/i18n/texts.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { samples } from '#test/support/gallery-samples.ts'
import { hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const measurements = readFileSync(
  new URL('../support/browser/measure-page.js', import.meta.url),
  'utf8',
)

let browser: Browser
const portal = usePortal({ worker: false }, async (portal) => {
  browser = await launchChromium()
  await register(portal, hanna)
})
after(() => browser?.close())

describe('the first visit of the sign-in page', () => {
  it('a first visit costs five requests and at most 70 KB', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    const loaded = new Map<string, { url: string; bytes: number }>()
    session.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (!request.url.startsWith('data:')) loaded.set(requestId, { url: request.url, bytes: 0 })
    })
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const one = loaded.get(requestId)
      if (one) one.bytes = encodedDataLength
    })
    await session.send('Network.enable')
    await page.goto(`${portal.url}/sign-in`, { waitUntil: 'networkidle' })
    const all = [...loaded.values()]
    assert.equal(all.length, 5, all.map(({ url }) => url).join(' '))
    assert.ok(all.every(({ url }) => url.startsWith(portal.url)))
    const weight = all.reduce((sum, { bytes }) => sum + bytes, 0)
    assert.ok(weight > 5_000 && weight <= 70 * 1024, `${weight} bytes`)
    assert.ok(await page.evaluate("document.fonts.check('17px Inter', 'Ўўі')"))
    await context.close()
  })

  it('moves nothing, though style and script come late and the network is slow', async () => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 640 },
      locale: 'be',
    })
    await context.addInitScript(measurements)
    const page = await context.newPage()
    await page.route('**/assets/**', async (route) => {
      await new Promise((done) =>
        setTimeout(done, route.request().url().endsWith('.js') ? 400 : 150),
      )
      await route.continue()
    })
    for (const path of ['/sign-in', '/register', '/', '/help/mail-programs']) {
      await page.goto(portal.url + path, { waitUntil: 'networkidle' })
      assert.deepEqual(await page.evaluate('measure.layoutShifts()'), [], path)
    }
    await context.close()
  })
})

it('on a small phone the way to recover stands above the fold, in every language', async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 568 } })
  const page = await context.newPage()
  for (const locale of locales)
    for (const path of ['/', '/sign-in']) {
      await page.goto(`${portal.url}${path}?lang=${locale}`)
      const way = page.locator('main :is(a[href^="/recover"], [formaction^="/recover"])')
      const box = await way.first().boundingBox()
      assert.ok(box && box.y + box.height <= 568, `${path} ${locale} ${box?.y} ${box?.height}`)
    }
  await context.close()
})

describe('when the network is away', () => {
  async function offlineTitle(page: Page): Promise<string> {
    await page.context().setOffline(true)
    await page.goto(`${portal.url}/account`, { waitUntil: 'load' })
    return page.title()
  }

  it('without a network, a known browser shows our offline page in its last language', async () => {
    const context = await browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(`${portal.url}/sign-in`)
    await page.goto(`${portal.url}/register`)
    await eventually(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'))
    await page.goto(`${portal.url}/?lang=be`)
    await eventually(() =>
      page.evaluate<boolean>(
        `caches.match('/offline/chosen')
          .then((kept) => kept?.text()).then((text) => text === 'be')`,
      ),
    )
    assert.equal(await offlineTitle(page), 'Няма сувязі з інтэрнэтам – Postern')
    assert.equal(new URL(page.url()).pathname, '/account', 'the address stays')
    const colour = await page.evaluate(
      "getComputedStyle(document.querySelector('.site-header')).backgroundColor",
    )
    assert.equal(colour, 'rgb(15, 61, 62)', 'the page has its style')
    await context.setOffline(false)
    await page.getByRole('link', { name: 'Паспрабаваць яшчэ раз' }).click()
    await page.locator('main[data-page="sign-in"]').waitFor()
    await context.close()
  })

  it('what is kept for it holds nothing of the person, and signing out clears it', async () => {
    const context = await browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(`${portal.url}/sign-in`)
    await page.fill('#login', hanna.login)
    await page.fill('#password', hanna.password)
    await page.keyboard.press('Enter')
    await page.locator('main[data-page="account"]').waitFor()
    await eventually(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'))
    await page.goto(`${portal.url}/account/sessions`)
    const keptPaths = () =>
      page.evaluate<string[]>(
        `caches.keys()
          .then((names) => Promise.all(names.map((name) => caches.open(name))))
          .then((kept) => Promise.all(kept.map((one) => one.keys())))
          .then((all) => all.flat().map((request) => new URL(request.url).pathname))`,
      )
    const kept = await keptPaths()
    assert.ok(
      kept.length >= 6 && kept.every((path) => /^\/(offline|assets)\//.test(path)),
      kept.join(' '),
    )
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('main[data-page="home"]').waitFor()
    assert.deepEqual(await keptPaths(), [])
    await context.close()
  })
})

describe('password managers and phones', () => {
  const forms = samples
    .filter(({ state }) => /^(empty|new|choose)$/.test(state))
    .map(({ page, state }) => ({ page, state }))

  it('find every field by its name, and the address beside every new password', async () => {
    const page = await browser.newPage()
    const found = new Map<string, string[]>()
    for (const sample of forms) {
      await page.goto(`${portal.url}/dev/pages/${sample.page}/${sample.state}`)
      const tokens = await page.evaluate<string[]>(
        "[...document.querySelectorAll('main input[autocomplete]')].map((one) => one.autocomplete)",
      )
      if (tokens.includes('new-password') && sample.page !== 'register')
        assert.equal(
          await page.inputValue('input[autocomplete=username]'),
          'alesia.kavalchuk@postern.example',
          sample.page,
        )
      found.set(sample.page, tokens)
    }
    assert.deepEqual(found.get('register'), ['username', 'new-password'])
    assert.deepEqual(found.get('sign-in'), ['username', 'current-password'])
    assert.deepEqual(found.get('confirm-password'), ['username', 'current-password'])
    assert.deepEqual(found.get('password'), ['username', 'new-password'])
    assert.deepEqual(found.get('recover-new-password'), ['username', 'new-password'])
    assert.deepEqual(found.get('phone'), ['tel'])
    assert.deepEqual(found.get('recover-sms'), ['tel'])
    assert.deepEqual(found.get('backup-address'), ['email'])
    assert.deepEqual(found.get('recover-backup-address'), ['email'])
    for (const id of ['phone-confirm', 'backup-address-confirm', 'recover-sms-code', 'staff-door'])
      assert.deepEqual(found.get(id), ['one-time-code'], id)
    await page.close()
  })

  it('may paste into every field', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    for (const sample of forms) {
      await page.goto(`${portal.url}/dev/pages/${sample.page}/${sample.state}`)
      await page.evaluate("navigator.clipboard.writeText('480 217')")
      const fields = page.locator(
        'main :is(textarea, input:not([type=hidden], [type=radio], [type=checkbox], ' +
          '[type=file], [type=date], [readonly]))',
      )
      for (const field of await fields.all()) {
        await field.fill('')
        await field.focus()
        await page.keyboard.press('Control+V')
        assert.equal(
          await field.inputValue(),
          '480 217',
          `${sample.page}: ${await field.getAttribute('name')}`,
        )
      }
    }
    await context.close()
  })

  it('are led to where the password is changed', async () => {
    const answer = await portal.visitor().get('/.well-known/change-password')
    assert.deepEqual([answer.status, answer.location], [303, '/account/password'])
  })
})
