// What people typed into a form that was refused.
import type { Request } from 'express'
import { typedFields } from '../../drafts/written-fields.ts'

/** What a form carries beside them. */
const carried = ['_csrf', 'next', 'domain', 'kind', 'question', 'message_source', 'kept_file']
const choices = ['again', 'seen', 'imap', 'pop3', 'smtp']

const longest = 100_000

function valuesOf(req: Request, names: readonly string[]): [string, string][] {
  const body = (req.body ?? {}) as Record<string, unknown>
  return names.flatMap((name): [string, string][] => {
    const value = Object.hasOwn(body, name) ? body[name] : ''
    return typeof value === 'string' && value.trim() !== '' ? [[name, value]] : []
  })
}

export const hadSecret = (req: Request): boolean =>
  valuesOf(req, ['password', 'code', 'answer']).length > 0

export const typedIn = (req: Request): string[] =>
  valuesOf(req, typedFields).map(([, text]) => text)

/**
 * Security: A refused form is sent again without its secrets.
 * Empty if nothing was written, or if a text is too long for the page: half a form is not sent.
 */
export function fieldsToRepeat(req: Request): Readonly<Record<string, string>> | undefined {
  if (typedIn(req).length === 0) return undefined
  const all = valuesOf(req, [...typedFields, ...carried, ...choices])
  return all.every(([, value]) => value.length <= longest) ? Object.fromEntries(all) : undefined
}
