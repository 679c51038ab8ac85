// What a form has done is said in the title, and takes the focus.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTexts, locales } from '#server/kit/i18n/texts.ts'
import { loadAssets } from '#server/kit/pages/assets.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { menus } from '#server/menus.ts'
import { createSampleRenderer } from '#server/site/gallery/gallery.ts'
import { textTrees } from '#server/texts.ts'
import { samples } from '#test/support/gallery-samples.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

const root = new URL('../../..', import.meta.url).pathname
const views = createViewEngine({ roots: [`${root}views`], cache: true })
const { theme } = loadAssets(`${root}public`, { name: 'Postern' })
const texts = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
const render = createSampleRenderer({ views, texts, theme, menus, timeZone: 'Europe/Minsk' })

const flashed = samples.filter(({ locals }) => typeof locals?.flash === 'string')

test('a page with a flash begins its title with it, and gives it the focus without scripts', () => {
  const pages = new Set(flashed.map(({ page }) => page))
  assert.ok(pages.size >= 10, [...pages].join())
  for (const sample of flashed)
    for (const locale of locales) {
      const html = render(sample, locale, `/${sample.page}`)
      const text = texts.t(locale, `${sample.page}.flash.${sample.locals?.flash}`)
      const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? ''
      const [done = '', ...rest] = title.split(' – ')
      assert.ok(done.length > 5 && rest.length >= 2, title)
      assert.ok(text.startsWith(done), `${title} does not begin with ${text}`)
      const notice = /<div class="notice[^"]*" role="status" tabindex="-1" autofocus>/g
      assert.equal(html.match(notice)?.length, 1, `${sample.page}, ${sample.state}`)
      assert.equal(html.match(/ autofocus/g)?.length, 1, 'nothing else takes the focus')
    }
})

test('the page after a sign-out says so once, in its title first', async () => {
  const visitor = portal.visitor()
  await visitor.post('/register', { login: 'by.ear.q', password: 'бусел ляціць над вёскай' })
  const out = await visitor.post('/sign-out', {}, { from: '/account' })
  assert.deepEqual([out.status, out.location], [303, '/'])
  assert.match((await visitor.get('/')).html, /<title>You are signed out – /)
  assert.doesNotMatch((await visitor.get('/')).html, /You are signed out/)
})
