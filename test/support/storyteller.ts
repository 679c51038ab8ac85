// What the browser stories are told with: one person, one pair of hands, one portal.
import assert from 'node:assert/strict'
import type { Hands } from './hands.ts'
import { eventually, type TestPortal } from './portal.ts'

/** `portal` and `hands` are there from the first chapter on. */
export interface Storyteller {
  readonly portal: TestPortal
  readonly hands: Hands
  readonly login: string
  readonly mailbox: string
  readonly address: string
  readonly phone: string
  /** The words stand on the page. */
  see(words: string | RegExp): Promise<void>
  isAt(pageId: string): Promise<void>
  goTo(path: string): Promise<void>
  signIn(password: string): Promise<void>
  /** Opens the page anew until it offers the button: the wait before another code is over then. */
  awaitButton(name: string): Promise<void>
}

/** Registers the tests of one part of a person's life. */
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
