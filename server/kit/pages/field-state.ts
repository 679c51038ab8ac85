import type { Translate } from '../i18n/texts.ts'
import type { FormError } from './forms.ts'

/** What a form component shows of its field. */
export interface FieldState {
  /** In words. */
  readonly error: string | undefined
  readonly value: unknown
  /** For `aria-describedby`: the ids of hint and error, as far as there are any. */
  readonly describedBy: string
}

/** What the component was handed. A `value` takes the place of what was typed. */
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
      error: found && t(`errors.${found.field}.${found.reason}`, found.params),
      value: value === undefined ? values[name] : value,
      describedBy: ids.filter(Boolean).join(' '),
    }
  }
}
