// A real Chromium, as the browser stories use it.
import { setTimeout as wait } from 'node:timers/promises'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/**
 * Starts a headless Chromium: the one that CHROMIUM names, else the packaged one. Two test files may unpack that at the same
 * moment, and the later one then finds half a file: it waits and tries again.
 */
export async function launchChromium(): Promise<Browser> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const executablePath = process.env.CHROMIUM ?? (await sparticuz.executablePath())
      return await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
      })
    } catch (fault) {
      if (attempt === 5) throw fault
      await wait(1_000 * attempt)
    }
  }
}
