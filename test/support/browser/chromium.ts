// Starts Chromium for browser tests.
import { setTimeout as wait } from 'node:timers/promises'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/**
 * The Chromium of the variable CHROMIUM, else the packaged one. While another test file still
 * unpacks the packaged one, the start fails and is tried again.
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
