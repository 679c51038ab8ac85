import type { MenuEntry } from '#server/kit/pages/menu.ts'
import { documentNames } from './read-document.ts'

export const documentMenu: readonly MenuEntry[] = documentNames.map((name, nth) => ({
  menu: 'footer',
  rank: 50 + nth,
  href: `/${name}`,
  text: `documents.footer.${name}`,
}))
