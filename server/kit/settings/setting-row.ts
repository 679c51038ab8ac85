// How one setting is written down.
import type { Kind } from './setting-kinds.ts'

export interface Row<T, Absent> {
  readonly kind: Kind<T>
  /** Text taken when the variable is absent; `undefined` where absence itself means something. */
  readonly fallback: Absent
  readonly meaning: string
  /** Never printed; may also come from the file named by NAME_FILE. */
  readonly secret?: true
  /** Must be given in production. */
  readonly production?: 'required'
}

export const row = <T>(
  kind: Kind<T>,
  fallback: string,
  meaning: string,
  more: Partial<Row<T, string>> = {},
): Row<T, string> => ({
  kind,
  fallback,
  meaning,
  ...more,
})
export const optional = <T>(
  kind: Kind<T>,
  meaning: string,
  more: Partial<Row<T, undefined>> = {},
): Row<T, undefined> => ({
  kind,
  fallback: undefined,
  meaning,
  ...more,
})
export const required = { production: 'required' } as const
export const secret = { secret: true } as const

type Value<R> =
  R extends Row<infer T, infer Absent> ? (Absent extends string ? T : T | undefined) : never

/** Rows of any settings, by key. */
export type SettingRows = Readonly<Record<string, Row<unknown, string | undefined>>>

/** The parsed values of some rows. Times are in the unit that the name says. */
export type SettingsOf<Rows> = { readonly [K in keyof Rows]: Value<Rows[K]> }

/** `limitSmsPerNumberDay` → `LIMIT_SMS_PER_NUMBER_DAY`. */
export const variableOf = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
