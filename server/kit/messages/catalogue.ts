// What a message is. Each feature has its messages.ts.

import type { z } from 'zod'

export type Channel = 'mail' | 'sms'
type Fields = Readonly<Record<string, unknown>>

/** All of one message but its texts and views. */
export interface MessageRow {
  readonly channels: readonly Channel[]
  /** Colours the strip of a mail: a code to type, or something to act on. */
  readonly kind?: 'code' | 'alarm'
  /** A parameter `expiresAt` ends the sending. */
  readonly params: z.ZodType<object>
  /** By name: a path, or a path and the field that ends it. An SMS shows the first link. */
  readonly links?: Readonly<Record<string, string | readonly [path: string, field: string]>>
  /** Name of the link by which a reader stops such letters. */
  readonly unsubscribe?: string
  /** Fields whose values choose a clause (`select`) of a text. They lose their hyphens for it. */
  readonly words?: readonly string[]
  /** Fields that are shown as moments, besides `at` and `expiresAt`. */
  readonly moments?: readonly string[]
  /** Computes more fields from the parameters. */
  derive?(params: Fields, settings: { readonly undoDays: number }): Fields
}

export type MessageRows = Readonly<Record<string, MessageRow>>

type FieldOf<Row> = Row extends { params: infer P extends z.ZodType }
  ?
      | keyof z.output<P>
      | (Row extends { derive: (...given: never) => infer Derived } ? keyof Derived : never)
  : never

type Sound<Rows> = {
  readonly [N in keyof Rows]: {
    readonly params: z.ZodType
    readonly links?: Readonly<Record<string, string | readonly [string, FieldOf<Rows[N]>]>>
    readonly words?: readonly FieldOf<Rows[N]>[]
    readonly moments?: readonly FieldOf<Rows[N]>[]
  }
}

/** Compiles only if links, words and moments name fields of the row. */
export type SoundRows<Rows extends Sound<Rows>> = Rows

type NoRows = Readonly<Record<never, never>>

/** Each messages.ts adds its rows to this type. */
export interface MessageCatalogue extends NoRows {}

export type MessageName = keyof MessageCatalogue
export type MessageParams<N extends MessageName> = z.input<MessageCatalogue[N]['params']>
export type CheckedParams<N extends MessageName> = z.output<MessageCatalogue[N]['params']>

/** @throws ZodError for wrong parameters, a fault of the caller */
export function checkParams<N extends MessageName>(
  catalogue: MessageCatalogue,
  name: N,
  params: MessageParams<N>,
): CheckedParams<N> {
  return catalogue[name].params.parse(params) as CheckedParams<N>
}

/** @param name perhaps stored by another version of the portal */
export function findRow(catalogue: MessageCatalogue, name: string): MessageRow {
  if (!Object.hasOwn(catalogue, name)) throw new Error(`no feature has a message ${name}`)
  return catalogue[name as MessageName]
}
