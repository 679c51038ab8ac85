import { createHash } from 'node:crypto'
import type { Request } from 'express'

/**
 * The same digest for every sending of one form. No other browser can send the form's token.
 * @param options.owner id of the account, if the form may outlive the session it was made in
 * @param options.fields digested beside the token, never a password; by default all fields
 */
export function formDigestOf(
  req: Request,
  { fields, owner }: { readonly fields?: readonly string[]; readonly owner?: string } = {},
): Buffer {
  const body = (req.body ?? {}) as Record<string, unknown>
  const names = [
    '_csrf',
    ...(fields ?? Object.keys(body).filter((name) => name !== '_csrf')),
  ].sort()
  const file = req.file ? createHash('sha256').update(req.file.buffer).digest('base64url') : ''
  const form = [req.path, owner ?? '', names.map((name) => [name, body[name] ?? '']), file]
  return createHash('sha256').update(JSON.stringify(form)).digest()
}
