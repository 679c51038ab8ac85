// `npm run screenshots -- DIR [WORD …]` saves the gallery as pictures.
// Only names `page.state.language.scheme.window.png` with all of the words are saved.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { locales } from '#server/kit/i18n/texts.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { serveGallery } from '#test/support/browser/gallery-server.ts'
import { mailSamples, samples } from '#test/support/gallery-samples.ts'

const schemes = ['light', 'dark'] as const
const windows = { phone: { width: 320, height: 640 }, desk: { width: 1280, height: 800 } }

const [folder, ...words] = process.argv.slice(2)
if (!folder) {
  console.error('where to? npm run screenshots -- DIR [WORD …]')
  process.exit(2)
}

const shots = [
  ...samples.map(({ page, state }) => ({ name: `${page}.${state}`, path: `/${page}/${state}` })),
  ...mailSamples.map(({ name, state }) => ({
    name: `mail-${name}.${state}`,
    path: `/mail/${name}/${state}`,
  })),
]
const kinds = schemes.flatMap((scheme) =>
  Object.entries(windows).map(([window, viewport]) => ({ scheme, window, viewport })),
)

mkdirSync(folder, { recursive: true })
const gallery = await serveGallery()
const browser = await launchChromium()
const made: string[] = []
for (const { scheme, window, viewport } of kinds) {
  const context = await browser.newContext({ colorScheme: scheme, viewport })
  const page = await context.newPage()
  for (const locale of locales)
    for (const shot of shots) {
      const file = `${shot.name}.${locale}.${scheme}.${window}.png`
      if (!words.every((word) => file.includes(word))) continue
      await page.goto(`${gallery.origin}${shot.path}?lang=${locale}`)
      await page.screenshot({ path: path.join(folder, file), fullPage: true })
      made.push(file)
    }
  await context.close()
}
await browser.close()
gallery.close()

const figure = (file: string) =>
  `<figure><figcaption>${file}</figcaption><img src="${file}" alt="" loading="lazy"></figure>`
writeFileSync(
  path.join(folder, 'index.html'),
  '<!doctype html><meta charset="utf-8"><title>Gallery</title>' +
    `${made.toSorted().map(figure).join('\n')}`,
)
console.log(`${made.length} pictures, ${path.join(folder, 'index.html')}`)
