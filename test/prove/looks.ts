// Measures the gallery in every language, in light and dark, and in a German a third longer.
import { availableParallelism } from 'node:os'
import { locales } from '#server/kit/i18n/texts.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { serveGallery } from '#test/support/browser/gallery-server.ts'
import { openLookingGlass, type Sight } from '#test/support/browser/looks.ts'
import { mailSamples, samples } from '#test/support/gallery-samples.ts'

export interface LooksProof {
  readonly pages: number
  readonly mails: number
  /** Measured pages and mails. */
  readonly sights: number
}

/** @throws Error with all faults */
export async function proveLooks(): Promise<LooksProof> {
  const shown = [
    ...samples.map(({ page, state }) => ({ path: `/${page}/${state}`, isMail: false })),
    ...mailSamples.map(({ name, state }) => ({ path: `/mail/${name}/${state}`, isMail: true })),
  ]
  const schemes = ['light', 'dark'] as const
  const sights: Sight[] = schemes.flatMap((scheme) => [
    ...locales.flatMap((locale) => shown.map((one) => ({ ...one, locale, scheme }))),
    ...shown.map((one) => ({ ...one, path: `${one.path}?longer`, locale: 'de' as const, scheme })),
  ])
  const gallery = await serveGallery()
  const browser = await launchChromium()
  const faults: string[] = []
  const rest = sights.values()
  // One loop for each processor. Each takes the next page.
  const look = async () => {
    const glass = await openLookingGlass(browser, gallery.origin)
    for (const sight of rest) faults.push(...(await glass.faultsOf(sight)))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, look))
  await browser.close()
  gallery.close()
  if (faults.length > 0) throw new Error(`${faults.length} faults\n${faults.join('\n')}`)
  return { pages: samples.length, mails: mailSamples.length, sights: sights.length }
}
