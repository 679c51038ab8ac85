// Tells one form from another, so that a second click is known as such.
import { createHash } from 'node:crypto'
import type { Request } from 'express'

/**
 * The same for every sending of one form, as it was shown to this browser and filled in: its token is a new one each time it is shown, and no
 * other browser can send it. A form that was opened anew has another.
 * @param about.owner whose act it is, where the form outlives the session that it was made in
 * @param about.fields only these beside the token; a password is never among them. All that were sent where absent
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
