// The values that every view and component gets.
import type { Formats } from '../i18n/format.ts'
import { type Locale, locales, type Translate } from '../i18n/texts.ts'
import type { Theme } from './assets.ts'
import { createFieldState } from './field-state.ts'
import type { FormError } from './forms.ts'
import type { ViewLocals } from './view-engine.ts'

export interface FrameParts {
  readonly t: Translate
  readonly locale: Locale
  readonly formats: Formats
  readonly theme: Theme
  readonly pageId: string
  /** The page's own address, for the language switch. */
  readonly path: string
  readonly csrfToken: string
  /** Null if nobody is signed in. */
  readonly account: { readonly address: string } | null
  readonly errors?: readonly FormError[] | undefined
  readonly values?: Readonly<Record<string, string>> | undefined
}

export function createFrame(parts: FrameParts): ViewLocals {
  const { t, formats, errors = [], values = {} } = parts
  return {
    ...parts,
    locales,
    errors,
    values,
    fieldState: createFieldState(t, errors, values),
    formatDateTime: formats.dateTime,
  }
}
