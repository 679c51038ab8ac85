// The set-up that most test files share: one portal for the file or the suite.
import { after, before, beforeEach } from 'node:test'
import { startTestPortal, type TestPortal, type TestPortalOptions } from './portal.ts'
import { forgetLimits } from './recovery/recovery.ts'

export interface UsePortalOptions extends TestPortalOptions {
  /** Every test starts with all limits at zero. */
  readonly freshLimits?: boolean
}

/**
 * Registers hooks that start a portal before the tests of this file or suite and stop it after them.
 * An `after` hook that ends what uses the portal goes above the call: hooks run in their order.
 * @param options or a function that makes them when the portal is started
 * @param prepare runs once, as soon as the portal has started
 * @returns the portal, for tests and hooks; before it has started, every use throws
 */
export function usePortal(
  options: UsePortalOptions | (() => Promise<TestPortalOptions>) = {},
  prepare: (portal: TestPortal) => Promise<unknown> = async () => {},
  start: (options: TestPortalOptions) => Promise<TestPortal> = startTestPortal,
): TestPortal {
  let running: TestPortal | undefined
  const portal = new Proxy({} as TestPortal, {
    get(_, name) {
      if (running) return running[name as keyof TestPortal]
      throw new Error(`portal.${String(name)} was used before the portal started`)
    },
  })
  // One hook: node:test runs several at the top of a file at the same time.
  before(async () => {
    running = await start(typeof options === 'function' ? await options() : options)
    await prepare(running)
  })
  after(() => running?.stop())
  if (typeof options === 'object' && options.freshLimits) beforeEach(() => forgetLimits(portal))
  return portal
}
