import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTexts } from '#server/kit/i18n/texts.ts'
import { loadAssets } from '#server/kit/pages/assets.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { menus } from '#server/menus.ts'
import { createSampleRenderer } from '#server/site/gallery/gallery.ts'
import { textTrees } from '#server/texts.ts'
import { samples } from '#test/support/gallery-samples.ts'

const root = new URL('../../..', import.meta.url).pathname
const views = createViewEngine({ roots: [`${root}views`], cache: true })
const { theme } = loadAssets(`${root}public`, { name: 'Postern' })
const texts = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
const render = createSampleRenderer({ views, texts, theme, menus, timeZone: 'Europe/Minsk' })

const pages = samples.map((sample) => {
  const html = render(sample, 'en', `/${sample.page}`)
  const main = /<main [\s\S]*?<\/main>/.exec(html)?.[0] ?? ''
  return { name: `${sample.page}, ${sample.state}`, page: sample.page, html, main }
})

/** A link to a page, or a form's button. A link within the page is no way on. */
const wayOn = /<a [^>]*href="(?!#|mailto:)[^"]*"|<button [^>]*type="submit"/

describe('ways on', () => {
  it('no page is without a way on of its own, beside header and footer', () => {
    assert.ok(pages.length > 200, 'the pages are still found')
    assert.deepEqual(
      pages.filter(({ main }) => !wayOn.test(main)).map(({ name }) => name),
      [],
    )
  })

  it('every page but those of the console has a link to support in its footer', () => {
    const withFooter = pages.filter(({ html }) => html.includes('<footer'))
    assert.ok(withFooter.length > 150)
    for (const { html, name } of withFooter)
      assert.match(/<footer[\s\S]*<\/footer>/.exec(html)?.[0] ?? '', /"\/help\/contact"/, name)
  })

  it('what failed, was refused or blocked leads on to support', () => {
    const refusals = ['bad-request', 'error', 'not-found', 'too-many-tries', 'unavailable']
    for (const { main, name, page } of pages) {
      const isRefusal = refusals.includes(page) || /^(?:forbidden|blocked), /.test(name)
      const isDead = main.includes('data-error="link.')
      if ((isRefusal && !name.includes('missing-right')) || isDead)
        assert.match(main, /"\/help\/contact"/, name)
    }
  })
})
