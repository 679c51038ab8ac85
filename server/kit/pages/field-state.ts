import type { Translate } from '../i18n/texts.ts'
import { errorTextOf, type FormError } from './forms.ts'

export interface FieldState {
  readonly error: string | undefined
  readonly value: unknown
  readonly describedBy: string
}

/** What the view handed to the component. Its `value` replaces what was typed. */
interface Shown {
  readonly hint?: string
  readonly value?: unknown
}

export function createFieldState(
  t: Translate,
  errors: readonly FormError[],
  values: Readonly<Record<string, string>>,
): (name: string, shown?: Shown) => FieldState {
  return (name, { hint, value } = {}) => {
    const found = errors.find(({ at, field }) => (at || field) === name)
    const ids = [hint && `${name}-hint`, found && `${name}-error`]
    return {
      error: found && t(errorTextOf(found), found.params),
      value: value === undefined ? values[name] : value,
      describedBy: ids.filter(Boolean).join(' '),
    }
  }
}
