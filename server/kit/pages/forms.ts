import type { Request } from 'express'
import { MalformedRequest } from './faults.ts'

export interface FormError {
  readonly field: string
  /** Names `data-error="field.reason"` and the text `errors.field.reason`. */
  readonly reason: string
  /** Key of the error's text, if it is not `errors.field.reason`. */
  readonly text?: string
  readonly params?: Readonly<Record<string, string | number>>
  /** The id that the error links to, if it is not the field's name. */
  readonly at?: string
}

export const errorTextOf = ({ text, field, reason }: FormError): string =>
  text ?? `errors.${field}.${reason}`

/** A text as it was pasted: what is broken in it may be what it shows. @throws MalformedRequest */
export function readPasted(req: Request, name: string): string {
  const body = (req.body ?? {}) as Record<string, unknown>
  const value = Object.hasOwn(body, name) ? body[name] : ''
  if (typeof value === 'string') return value
  throw new MalformedRequest(`${name} is not one text`)
}

/** An absent field is empty. @throws MalformedRequest for lists, NUL and broken Unicode */
export function readFields<const Name extends string>(
  req: Request,
  names: readonly Name[],
): Record<Name, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = readPasted(req, name)
      if (value.includes('\0') || !value.isWellFormed() || value.includes('\ufffd')) {
        throw new MalformedRequest(`${name} is broken text`)
      }
      return [name, value]
    }),
  ) as Record<Name, string>
}

/** Security: The field next never leads to another site. */
export function parseNext(raw: unknown): string | undefined {
  if (
    typeof raw !== 'string' ||
    raw.length > 500 ||
    !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(raw)
  )
    return undefined
  const url = URL.parse(raw, 'http://own.invalid')
  if (url?.origin !== 'http://own.invalid' || url.pathname.startsWith('//')) return undefined
  return `${url.pathname}${url.search}`
}
