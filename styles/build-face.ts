// Writes public/inter.woff2: the letters of our languages, in every weight from 400 to 700. `npm run build:face`.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import subsetFont from 'subset-font'

const root = new URL('..', import.meta.url)
const whole = createRequire(import.meta.url).resolve('inter-ui/variable/InterVariable.woff2')

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)).join('')

/** Names and addresses of neighbours need more than the four languages: Ukrainian, and all of Latin-1. */
export const letters = [
  range(0x20, 0x7e),
  range(0xa0, 0xff),
  range(0x410, 0x44f),
  'ЁёІіЎўЄєЇїҐґ',
  '–—‘’‚“”„‹›…•·№→←↑↓€×≤≥−✓⌘⌥⋮\u2009\u2011\u202f',
].join('')

export async function buildFace(): Promise<Buffer> {
  return await subsetFont(readFileSync(whole), letters, {
    targetFormat: 'woff2',
    // One optical size for all: the second axis would cost 17 KB.
    variationAxes: { opsz: 18, wght: { min: 400, max: 700 } },
    keepFeatures: ['kern', 'tnum', 'ccmp', 'locl', 'mark', 'case'],
  })
}

if (import.meta.main) {
  writeFileSync(new URL('public/inter.woff2', root), await buildFace())
  const licence = createRequire(import.meta.url).resolve('inter-ui/LICENSE.txt')
  copyFileSync(licence, new URL('public/inter-licence.txt', root))
}
