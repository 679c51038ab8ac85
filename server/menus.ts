// Joins the menu entries of all features.
import { features } from './features.ts'
import type { Feature } from './kit/feature.ts'
import { joinMenus } from './kit/pages/menu.ts'

const all: readonly Pick<Feature<never>, 'name' | 'menu'>[] = features

export const menus = joinMenus(all.flatMap(({ menu = [] }) => menu))
