import type { MenuEntry } from '#server/kit/pages/menu.ts'
import type { StaffRight } from './rights.ts'

/** An entry of the console's menu. Without a right, all members of staff see it. */
export const consoleEntry = (
  pageId: string,
  { rank, href, right, key }: { rank: number; href: string; right?: StaffRight; key?: string },
): MenuEntry => ({
  menu: 'staff',
  rank,
  href,
  right,
  key,
  pageId,
  text: `staff.pages.${pageId}`,
  shortcut: `staff.keys.${pageId}`,
})
