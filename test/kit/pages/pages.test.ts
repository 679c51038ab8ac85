// Every sample of the gallery in every language: what must hold for a page whatever it says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createTexts, locales } from '#server/kit/i18n/texts.ts'
import { loadAssets } from '#server/kit/pages/assets.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { menus } from '#server/menus.ts'
import { createSampleRenderer } from '#server/site/gallery/gallery.ts'
import { textTrees } from '#server/texts.ts'
import { samples } from '#test/support/gallery-samples.ts'
import { buildStyleSheet } from '../../../styles/build.ts'
import { buildFace, letters } from '../../../styles/build-face.ts'
import { buildIcons } from '../../../styles/build-icons.ts'

const root = new URL('../../..', import.meta.url).pathname
const views = createViewEngine({ roots: [`${root}views`], cache: true })
const { theme } = loadAssets(`${root}public`, { name: 'Postern' })
const texts = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
const render = createSampleRenderer({ views, texts, theme, menus, timeZone: 'Europe/Minsk' })

const all = (html: string, pattern: RegExp) =>
  [...html.matchAll(pattern)].map((match) => match[1] as string)
const styleSheet = readFileSync(`${root}public/postern.css`, 'utf8')

for (const sample of samples) {
  describe(`the page ${sample.page}, ${sample.state}`, () => {
    for (const locale of locales) {
      it(`${sample.page}, ${sample.state}, holds together in ${locale}`, () => {
        const html = render(sample, locale, `/${sample.page}`)
        assert.match(html, new RegExp(`^<!doctype html>\n<html lang="${locale}">`))
        assert.deepEqual(all(html, /<main [^>]*data-page="([^"]+)"/g), [sample.page])
        assert.equal(all(html, /<(h1)[ >]/g).length, 1, 'one heading of the first level')
        assert.doesNotMatch(html, /undefined|\[object|NaN|Invalid Date/)
        assert.doesNotMatch(html, /GMT|[^.]\.\.(?!\.)/, 'no zone, and no two full stops')
        if (locale === 'be' || locale === 'ru')
          assert.doesNotMatch(html, /Minsk/, 'no city in Latin letters')
        assert.doesNotMatch(
          html,
          / style="|<style|<script(?! src="\/assets\/)| on[a-z]+="/,
          'nothing inline',
        )

        const ids = all(html, / id="([^"]+)"/g)
        assert.equal(new Set(ids).size, ids.length, 'no id twice')
        for (const id of [
          ...all(html, / for="([^"]+)"/g),
          ...all(html, / href="#([^"]+)"/g),
          ...all(html, / aria-(?:describedby|labelledby|controls)="([^"]+)"/g).flatMap((list) =>
            list.split(' '),
          ),
        ])
          assert.ok(ids.includes(id), `nothing has the id ${id}`)

        for (const form of html.match(/<form method="post"[\s\S]*?<\/form>/g) ?? [])
          assert.match(form, /name="_csrf"/, 'a form without its token')
        const errors = (sample.locals?.errors ?? []) as readonly { field: string; reason: string }[]
        assert.deepEqual(
          all(html, / data-error="([^"]+)"/g),
          errors.map(({ field, reason }) => `${field}.${reason}`),
        )
        assert.equal(/data-error-summary/.test(html), errors.length > 0)
        assert.equal(
          /<input[^>]*type="password"[^>]* value=/.test(html),
          false,
          'a password is never written back',
        )
      })
    }
  })
}

describe('the pages together', () => {
  it('every sample has a name of its own in the gallery', () => {
    const names = samples.map(({ page, state }) => `${page} ${state}`)
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })

  it('every page loads one face, one style sheet and one script', () => {
    for (const sample of samples) {
      const html = render(sample, 'en', '/')
      const loaded = [
        ...all(html, /<link rel="(?!icon)[^"]*" href="([^"]+)"/g),
        ...all(html, /<(?:script|img|iframe|source)[^>]* src="([^"]+)"/g),
      ].filter((address) => !address.startsWith('data:'))
      const script = html.includes('data-shortcuts') ? theme.consoleScript : theme.script
      assert.deepEqual(loaded, [theme.face, theme.style, script])
    }
    assert.doesNotMatch(styleSheet, /@import|url\((?!"?data:)/)
  })

  it('sign-in, the style sheet, the script, the face and the icons are at most 70 KB', () => {
    const page = samples.find((sample) => sample.page === 'sign-in')
    assert.ok(page)
    const packed = ['postern.css', 'postern.js', 'icons.svg'].map(
      (name) => gzipSync(readFileSync(`${root}public/${name}`)).length,
    )
    const face = readFileSync(`${root}public/inter.woff2`).length
    const rest = packed.reduce((sum, size) => sum + size, face)
    for (const locale of locales)
      assert.ok(gzipSync(render(page, locale, '/sign-in')).length + rest < 70 * 1024)
  })

  it('the style sheet is the one that its sources make', () => {
    assert.equal(styleSheet, buildStyleSheet(), 'run npm run build:css')
  })

  it('the face and the icons are those that their sources make', async () => {
    assert.ok(readFileSync(`${root}public/inter.woff2`).equals(await buildFace()))
    assert.equal(readFileSync(`${root}public/icons.svg`, 'utf8'), buildIcons())
  })

  it('the face has every letter of our languages and of our neighbours', () => {
    for (const letter of 'ЎўІіҐґЄєЇїЁёЙйЪъЫыЭэß’„“«»–—№€ÄäÖöÜü')
      assert.ok(letters.includes(letter), letter)
    const used = new Set(
      [...JSON.stringify(textTrees)].filter(
        (sign) => /[^\0-~]/.test(sign) && /[\p{L}\p{P}]/u.test(sign),
      ),
    )
    assert.deepEqual(
      [...used].filter((sign) => !letters.includes(sign)),
      [],
    )
  })

  it('every icon that a page shows is in the sprite', () => {
    const sprite = readFileSync(`${root}public/icons.svg`, 'utf8')
    for (const sample of samples)
      for (const name of all(render(sample, 'en', '/'), /<use href="[^"#]*#([^"]+)"/g))
        assert.ok(sprite.includes(`<symbol id="${name}"`), `${name} of ${sample.page}`)
  })

  it('no page uses a class that the style sheet lacks', () => {
    const unknown = new Set<string>()
    for (const sample of samples)
      for (const list of all(render(sample, 'en', '/'), / class="([^"]+)"/g))
        for (const name of list.split(/\s+/))
          if (!styleSheet.includes(`.${name}`)) unknown.add(name)
    assert.deepEqual([...unknown], [])
  })

  it('the language switch stays on the page and keeps the query', () => {
    const page = samples.find((sample) => sample.page === 'sign-in')
    assert.ok(page)
    assert.match(
      render(page, 'en', '/sign-in'),
      /<a href="\?lang=be" lang="be" hreflang="be">Беларуская</,
    )
    assert.match(
      render(page, 'en', '/sign-in?next=%2Faccount'),
      / href="\?next=%2Faccount&amp;lang=be"/,
    )
  })
})
