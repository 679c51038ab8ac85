// The menus of the frame. Each entry belongs to the feature that has the page.

/** `home` and `help` are the cards of these pages, `staff` is the menu of the console. */
export const menuNames = ['account', 'footer', 'home', 'help', 'staff'] as const
export type MenuName = (typeof menuNames)[number]

export interface MenuEntry {
  readonly menu: MenuName
  /** Orders the entries of a menu. */
  readonly rank: number
  readonly href: string
  /** Key of its text. */
  readonly text: string
  /** Key of the line below, on a card. */
  readonly summary?: string
  /** On this page the entry is the current one. */
  readonly pageId?: string
  /** Key of the letter that leads there after `g`. */
  readonly shortcut?: string
  /** Shown to people who are signed in, or to the others alone. */
  readonly for?: 'owner' | 'stranger'
  /** Shown to staff with this right alone. */
  readonly right?: string | undefined
}

export interface Viewer {
  readonly isSignedIn: boolean
  /** Of staff in the console. */
  readonly rights?: ReadonlySet<string> | undefined
}

export type ShownMenus = Readonly<Record<MenuName, readonly MenuEntry[]>>

export interface Menus {
  shownTo(viewer: Viewer): ShownMenus
}

export function joinMenus(entries: readonly MenuEntry[]): Menus {
  const inOrder = entries.toSorted((one, other) => one.rank - other.rank)
  const shownMenus = ({ isSignedIn, rights }: Viewer): ShownMenus => {
    const viewer = isSignedIn ? 'owner' : 'stranger'
    const isShown = (entry: MenuEntry) =>
      (entry.for ?? viewer) === viewer && (!entry.right || rights?.has(entry.right) === true)
    const shown = inOrder.filter(isShown)
    const listed = menuNames.map((name) => [name, shown.filter(({ menu }) => menu === name)])
    return Object.fromEntries(listed)
  }
  const owners = shownMenus({ isSignedIn: true })
  const strangers = shownMenus({ isSignedIn: false })
  return {
    shownTo(viewer) {
      if (viewer.rights) return shownMenus(viewer)
      return viewer.isSignedIn ? owners : strangers
    },
  }
}
