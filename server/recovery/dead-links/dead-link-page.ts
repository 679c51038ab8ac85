// Says what became of a link, and leads on.
import type { Request, Response } from 'express'
import type { Page, Pages } from '#server/kit/pages/pages.ts'

/** Keys under `dead-link`. `gone`: what the link led to was deleted. */
export type DeadLinkText =
  | `reset.${'used' | 'newer' | 'expired' | 'changed'}`
  | `undo.${'used' | 'newer' | 'expired'}`
  | `check.${'newer' | 'expired' | 'changed'}`
  | `${'appeal' | 'report'}.gone`
  | `proof.${string}`
  | 'unknown'

const doors = {
  'sign-in': { text: 'dead-link.ways.sign-in', href: '/sign-in' },
  recover: { text: 'dead-link.ways.recover', href: '/recover' },
  report: { text: 'dead-link.ways.report', href: '/report' },
  home: { text: 'dead-link.ways.home', href: '/' },
} as const

export type Door = keyof typeof doors

/** The first one is the main one. */
const ways: Readonly<Record<string, readonly Door[]>> = {
  'reset.used': ['sign-in', 'recover'],
  'reset.changed': ['recover', 'sign-in'],
  'undo.used': ['sign-in', 'recover'],
  'appeal.gone': ['home'],
  'report.gone': ['report'],
}

export interface ShownDeadLink {
  /** Page id of the link's own page. */
  readonly page: string
  readonly text: DeadLinkText
  readonly at?: Date | undefined
  /** The mailbox of the link, most of it hidden. */
  readonly masked?: string | undefined
  /** Where an unknown link leads. */
  readonly door?: Door
}

export const deadLinkLocals = (text: DeadLinkText, door: Door = 'recover') => ({
  text,
  ways: (ways[text] ?? [door]).map((each) => doors[each]),
})

export function deadLinkPage(
  { textsFor }: Pick<Pages, 'textsFor'>,
  req: Request,
  { page, text, at, masked, door = 'recover' }: ShownDeadLink,
): Page {
  const title = `dead-link.${text}.title`
  return {
    id: page,
    view: 'recovery/dead-links/dead-link',
    errors: [{ field: 'link', reason: 'dead', text: title, at: 'main' }],
    locals: {
      ...deadLinkLocals(text, door),
      title: textsFor(req)(title),
      at,
      masked,
    },
  }
}

export const showDeadLink = (
  pages: Pages,
  req: Request,
  res: Response,
  shown: ShownDeadLink,
): void => pages.show(req, res, deadLinkPage(pages, req, shown))

/** A link of a letter that leads to nothing: 404. */
export function showNoSuchLink(
  pages: Pages,
  req: Request,
  res: Response,
  shown: Omit<ShownDeadLink, 'page'>,
): void {
  const page = deadLinkPage(pages, req, { ...shown, page: 'not-found' })
  pages.show(req, res, { ...page, errors: [], status: 404 })
}
