// Opens pages of the gallery in Chromium and measures the rules that hold for each page.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Locale } from '#server/kit/i18n/texts.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Every page gets this script once: sending it with each question would double the work. */
const readyAxe = `window.loadAxe = () => (0, eval)(${JSON.stringify(axe)})`
const measurements = readFileSync(new URL('measure-page.js', import.meta.url), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** The spacing of WCAG 1.4.12 and the size of 1.4.4. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-bottom: 2em !important }`
const DOUBLED = 'html { font-size: 200% !important }'

export type Scheme = 'light' | 'dark'

/** One page in one language and one window. */
export interface Sight {
  /** Of the gallery server, without the language. */
  readonly path: string
  readonly locale: Locale
  readonly scheme: Scheme
  /** Mails have no fields and a fixed width, so only axe checks them. */
  readonly isMail?: boolean
}

export interface LookingGlass {
  /** The faults of the page, in words. */
  faultsOf(sight: Sight): Promise<string[]>
  close(): Promise<void>
}

export async function openLookingGlass(browser: Browser, origin: string): Promise<LookingGlass> {
  const contexts = new Map<
    Scheme,
    Promise<{ context: BrowserContext; page: Page; requests: string[] }>
  >()
  const complaints: string[] = []

  async function open(colorScheme: Scheme) {
    const context = await browser.newContext({
      bypassCSP: true,
      colorScheme,
      reducedMotion: 'reduce',
    })
    await context.addInitScript(measurements)
    await context.addInitScript(readyAxe)
    const page = await context.newPage()
    const requests: string[] = []
    page.on(
      'request',
      (request) => void (request.url().startsWith('data:') || requests.push(request.url())),
    )
    page.on('console', (message) => {
      // In a sandboxed frame our own script cannot run.
      if (message.type() === 'error' && !/frame is sandboxed/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', (fault) => complaints.push(fault.message))
    return { context, page, requests }
  }

  return {
    async faultsOf({ path, locale, scheme, isMail }) {
      if (!contexts.has(scheme)) contexts.set(scheme, open(scheme))
      const { page, requests } = await (contexts.get(scheme) as ReturnType<typeof open>)
      // Goes through an empty page: a busy browser may resize the window late, and the movement
      // would count as a layout shift of the next page.
      for (let tries = 0; tries < 5; tries += 1) {
        await page.setViewportSize({ width: 1024, height: 768 })
        await page.goto(`${origin}/empty`)
        await page.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        )
        requests.length = complaints.length = 0
        await page.goto(`${origin}${path}${path.includes('?') ? '&' : '?'}lang=${locale}`)
        if (!(await page.evaluate<boolean>('measure.wasResized()'))) break
      }
      const faults = new Map<string, string[]>()
      const note = (what: string, found: string[]) =>
        void (found.length > 0 && faults.set(what, found))
      const measure = (name: string) => page.evaluate<string[]>(`measure.${name}()`)

      if (!isMail)
        note('moves', [...(await measure('layoutShifts')), ...(await measure('motions'))])
      // Opens folded parts.
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
      note('axe', await axeViolations(page))
      if (!isMail) {
        note('contrast', await measure('contrastFaults'))
        await page.emulateMedia({ forcedColors: 'active' })
        note('contrast in forced colours', await measure('contrastFaults'))
        await page.emulateMedia({ forcedColors: 'none' })
        await page.setViewportSize({ width: 320, height: 768 })
        note('320 px', await measure('lostParts'))
        note('targets', await measure('measureTargets'))
        const spaced = await page.addStyleTag({ content: SPACED })
        note('320 px, spaced', await measure('lostParts'))
        await spaced.evaluate((tag) => (tag as unknown as { remove(): void }).remove())
        await page.setViewportSize({ width: 640, height: 768 })
        await page.addStyleTag({ content: DOUBLED })
        note('200 % text', await measure('lostParts'))
      }
      note('requests', [
        ...requests.filter((url) => !url.startsWith(`${origin}/`)),
        ...(requests.length > 5 ? [`${requests.length}: ${requests.join(' ')}`] : []),
      ])
      note('console', complaints)
      return [...faults].map(
        ([what, found]) => `${path}, ${locale}, ${scheme}: ${what}: ${found.join('\n    ')}`,
      )
    },
    async close() {
      for (const opened of contexts.values()) await (await opened).context.close()
    },
  }
}

interface PageWithAxe {
  loadAxe(): void
  readonly axe: { run(options: RunOptions): Promise<AxeResults> }
}

async function axeViolations(page: Page): Promise<string[]> {
  return await page.evaluate(async (tags) => {
    const here = globalThis as unknown as PageWithAxe
    here.loadAxe()
    const { violations } = await here.axe.run({ runOnly: tags, resultTypes: ['violations'] })
    return violations.map(
      ({ id, nodes }) =>
        `${id} ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' ')}`,
    )
  }, RULES)
}
