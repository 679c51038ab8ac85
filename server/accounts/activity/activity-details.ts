// The events of the activity and their details. Each feature declares its own in `events.ts`.
/** What a detail may be: any text, any number, or one of these words. */
type DetailKind = StringConstructor | NumberConstructor | readonly string[]

export type EventRows = Readonly<Record<string, Readonly<Record<string, DetailKind>>>>

export type Nothing = Record<string, never>

type Value<Kind> = Kind extends readonly (infer Word)[]
  ? Word
  : Kind extends NumberConstructor
    ? number
    : string

export type DetailsOf<Rows> = {
  [Name in keyof Rows]: Rows[Name] extends Nothing
    ? Nothing
    : { [Detail in keyof Rows[Name]]: Value<Rows[Name][Detail]> }
}

type NoRows = Readonly<Record<never, never>>

/** Each `events.ts` adds its own events by `declare module`. */
export interface ActivityDetails extends DetailsOf<NoRows> {}

export type ActivityEvent = keyof ActivityDetails
