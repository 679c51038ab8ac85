// The tools of the browser stories: one person, one portal, and the hands that use pages.
import assert from 'node:assert/strict'
import { eventually, type TestPortal } from '../portal.ts'
import type { Hands } from './hands.ts'

/** `portal` and `hands` exist from the first chapter on. */
export interface Storyteller {
  readonly portal: TestPortal
  readonly hands: Hands
  readonly login: string
  readonly mailbox: string
  readonly address: string
  readonly phone: string
  /** Waits for the words on the page. */
  see(words: string | RegExp): Promise<void>
  isAt(pageId: string): Promise<void>
  goTo(path: string): Promise<void>
  signIn(password: string): Promise<void>
  /** Reloads the page until it has the button, which appears after a wait. */
  awaitButton(name: string): Promise<void>
}

/** Registers the tests of one part of the story. */
export type Chapter = (story: Storyteller) => void

export interface Cast {
  readonly login: string
  readonly phone: string
  readonly portal: () => TestPortal
  readonly hands: () => Hands
}

export function createStoryteller({ login, phone, portal, hands }: Cast): Storyteller {
  const isAt = async (id: string) => {
    const { page } = hands()
    await page
      .locator(`main[data-page="${id}"]`)
      .waitFor({ timeout: 10_000 })
      .catch(() => {})
    assert.equal(await page.locator('main').getAttribute('data-page'), id)
  }
  return {
    get portal() {
      return portal()
    },
    get hands() {
      return hands()
    },
    login,
    mailbox: `${login}@postern.example`,
    address: `${login}@elsewhere.example`,
    phone,
    see: (words) => hands().page.locator('main').getByText(words).first().waitFor(),
    isAt,
    goTo: async (path) => void (await hands().page.goto(portal().url + path)),
    async signIn(password) {
      await hands().fill('Mailbox name or full address', login)
      await hands().fill('Password', password)
      await hands().press('Sign in')
      await isAt('account')
    },
    awaitButton: async (name) =>
      void (await eventually(async () => {
        await hands().page.reload()
        return (await hands().page.locator('main button', { hasText: name }).count()) > 0
      })),
  }
}
