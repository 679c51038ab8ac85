import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinMenus, type MenuEntry } from '#server/kit/pages/menu.ts'
import { menus } from '#server/menus.ts'
import { hanna, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

test('every entry of a menu, and every link of the overview, leads to a page', async () => {
  const visitor = await register(portal, hanna)
  const { account, footer, help, home } = menus.shownTo({ isSignedIn: true })
  const { home: doors } = menus.shownTo({ isSignedIn: false })
  const { html } = await visitor.get('/account')
  const links = [...html.matchAll(/ href="(\/[^"]*)"/g)].map((match) => match[1] ?? '')
  const inMenus = [...account, ...footer, ...help, ...home].map(({ href }) => href)
  for (const href of new Set([...inMenus, ...links]))
    assert.equal((await visitor.get(href)).status, 200, href)
  for (const { href } of doors) assert.equal((await portal.visitor().get(href)).status, 200, href)
})

test('a menu shows its entries by rank, and only those that are for its viewer', () => {
  const entry = (rank: number, more: Partial<MenuEntry> = {}): MenuEntry => ({
    menu: 'staff',
    rank,
    href: `/${rank}`,
    text: 'layout.back',
    ...more,
  })
  const { shownTo } = joinMenus([
    entry(3, { right: 'cases.see' }),
    entry(2, { for: 'owner' }),
    entry(1, { for: 'stranger' }),
    entry(0, { menu: 'footer' }),
  ])
  const ranks = (...viewer: Parameters<typeof shownTo>) =>
    shownTo(...viewer).staff.map(({ rank }) => rank)
  assert.deepEqual(ranks({ isSignedIn: false }), [1])
  assert.deepEqual(ranks({ isSignedIn: true }), [2])
  assert.deepEqual(ranks({ isSignedIn: true, rights: new Set(['cases.see']) }), [2, 3])
  assert.deepEqual(ranks({ isSignedIn: true, rights: new Set(['audit.see']) }), [2])
})
