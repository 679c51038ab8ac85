// The values that every view and component gets.
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import type { Formats } from '../i18n/format.ts'
import { type Locale, locales, type TextParams, type Translate } from '../i18n/texts.ts'
import type { Theme } from './assets.ts'
import { createFieldState } from './field-state.ts'
import type { FormError } from './forms.ts'
import type { Menus } from './menu.ts'
import { type Scheme, schemes } from './scheme.ts'
import type { ViewLocals } from './view-engine.ts'

export interface FrameParts {
  readonly t: Translate
  readonly locale: Locale
  readonly formats: Formats
  readonly now: Date
  readonly theme: Theme
  /** The colours, if somebody has set them by hand. */
  readonly scheme?: Scheme | undefined
  readonly menus: Menus
  readonly pageId: string
  /** Shown as people write them. */
  readonly mailDomains?: readonly string[] | undefined
  /** Address of the page, for the language switch. The page's locals may name another one. */
  readonly path: string
  readonly csrfToken: string
  readonly account: { readonly address: string } | null
  readonly errors?: readonly FormError[] | undefined
  readonly values?: Readonly<Record<string, string>> | undefined
}

/**
 * @param locals of the page. `title` or `titleKey` replace the text `<id>.title`.
 *   `flash` names what a form has just done: the title begins with it.
 */
export function createFrame(parts: FrameParts, locals: ViewLocals = {}): ViewLocals {
  const { t, formats, now, theme, scheme = 'system', errors = [], values = {} } = parts
  return {
    ...parts,
    locales,
    schemes,
    scheme,
    theme: { ...theme, style: theme.styles[scheme] },
    menus: menusOf(parts, locals),
    errors,
    values,
    fieldState: createFieldState(t, errors, values),
    writeAddress: (address: string) => writeAddress(address, parts.mailDomains ?? []),
    formatDateTime: (instant: Date) => formats.moment(instant, now),
    formatOn: (instant: Date) => formats.onMoment(instant, now),
    formatTime: formats.time,
    groupByDay: (entries: readonly Dated[]) => groupByDay(formats, now, entries),
    formatBound: (instant: Date) => formats.bound(instant, now),
    formatWait: (end: Date) => formats.wait(end, now),
    /** Shows `other` if `key` has no text, because the feature that stored the word may be gone. */
    tOr: (key: string, other: string, params?: TextParams) =>
      t.has(key) ? t(key, params) : t(other),
    formatPlace: (place: string) => formatPlace(parts, place),
    pageTitle: titleOf(parts, locals),
    query: queryOf(String(locals.path ?? parts.path)),
    ...locals,
  }
}

interface Dated {
  readonly at: Date
}

interface Day {
  readonly day: string
  readonly entries: readonly Dated[]
}

function groupByDay(formats: Formats, now: Date, entries: readonly Dated[]): readonly Day[] {
  const days = Map.groupBy(entries, ({ at }) => formats.day(at, now))
  return Array.from(days, ([day, entries]) => ({ day, entries }))
}

/** @param place a town, or the beginning of a network's address */
function formatPlace({ t, formats }: FrameParts, place: string): string {
  const isNetwork = /^[\da-f]+[.:]/.test(place)
  if (isNetwork) return t('sessions.network', { network: place })
  return t('sessions.place', { place: formats.place(place) })
}

const menusOf = ({ menus, account }: FrameParts, locals: ViewLocals) =>
  menus.shownTo({
    isSignedIn: (locals.account === undefined ? account : locals.account) !== null,
    rights: locals.rights as ReadonlySet<string> | undefined,
  })

const queryOf = (path: string): string => (path.includes('?') ? path.slice(path.indexOf('?')) : '')

function titleOf({ t, pageId, errors = [] }: FrameParts, locals: ViewLocals) {
  const { title, titleKey = `${pageId}.title`, titleParams } = locals
  const plain = title ? String(title) : t(String(titleKey), titleParams as TextParams | undefined)
  if (errors.length > 0) return t('layout.errorTitle', { title: plain })
  const done = doneOf(t, `${pageId}.flash.${locals.flash}`)
  return done ? `${done} – ${plain}` : plain
}

/** The first sentence of a flash, or more of it if that one says little. */
const doneOf = (t: Translate, key: string): string | undefined =>
  t.has(key) ? /^.{8,}?(?=[.!?]?$|[.!?]\s)/.exec(t(key))?.[0] : undefined
