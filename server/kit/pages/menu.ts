// The menus of the pages. Each entry belongs to the feature that has the page it leads to.

/** `home` and `help` are the cards on these two pages, `staff` is the menu of the console. */
export const menuNames = ['account', 'footer', 'home', 'help', 'staff'] as const
export type MenuName = (typeof menuNames)[number]

export interface MenuEntry {
  readonly menu: MenuName
  /** Entries of a menu stand in the order of their ranks. */
  readonly rank: number
  readonly href: string
  /** Key of the entry's text. */
  readonly text: string
  /** Key of the text of the second line, on a card. */
  readonly summary?: string
  /** A picture of views/components/icon.ejs, on a card. */
  readonly icon?: string
  /** Id of the page on which the entry is marked as the current one. */
  readonly pageId?: string
  /** Key of a text of one letter. That letter, typed after `g`, opens the page. */
  readonly shortcut?: string
  /** A single key that opens the page. */
  readonly key?: string | undefined
  /** `owner`: only for people who are signed in. `stranger`: only for others. Absent: for all. */
  readonly for?: 'owner' | 'stranger'
  /** Only staff with this right see the entry. */
  readonly right?: string | undefined
}

export interface Viewer {
  readonly isSignedIn: boolean
  /** The rights of a staff member, in the console. */
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
