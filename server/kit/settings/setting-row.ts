import type { Kind } from './setting-kinds.ts'

export interface Row<T, Absent> {
  readonly kind: Kind<T>
  /** Stands for an absent variable. Undefined if the setting may be absent. */
  readonly fallback: Absent
  readonly meaning: string
  /** Never printed, and may come from the file that NAME_FILE names. */
  readonly secret?: true
  readonly production?: 'required'
}

export type AnyRow = Row<unknown, string | undefined>
export type SettingRows = Readonly<Record<string, AnyRow>>

export const row = <T>(
  kind: Kind<T>,
  fallback: string,
  meaning: string,
  more: Partial<Row<T, string>> = {},
): Row<T, string> => ({ kind, fallback, meaning, ...more })

export const optional = <T>(
  kind: Kind<T>,
  meaning: string,
  more: Partial<Row<T, undefined>> = {},
): Row<T, undefined> => ({ kind, fallback: undefined, meaning, ...more })

export const required = { production: 'required' } as const
export const secret = { secret: true } as const

type Value<R> =
  R extends Row<infer T, infer Absent> ? (Absent extends string ? T : T | undefined) : never

/** The parsed values. A time has the unit that its name says. */
export type SettingsOf<Rows> = { readonly [K in keyof Rows]: Value<Rows[K]> }

/** `limitSmsPerNumberDay` → `LIMIT_SMS_PER_NUMBER_DAY`. */
export const variableOf = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
