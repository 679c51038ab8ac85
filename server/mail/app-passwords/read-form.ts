import type { FormError } from '#server/kit/pages/forms.ts'
import type { MailService } from '../mail-platform/mail-platform.ts'

export const services: readonly MailService[] = ['imap', 'pop3', 'smtp']
export const nameMax = 40

export type ReadForm =
  | { readonly kind: 'ok'; readonly name: string; readonly services: readonly MailService[] }
  | { readonly kind: 'refused'; readonly errors: readonly FormError[] }

export function readForm(fields: Readonly<Record<'name' | MailService, string>>): ReadForm {
  // With invisible characters, two different names could look alike.
  const name = fields.name.normalize('NFC').replace(/\p{C}/gu, '').replace(/\s+/g, ' ').trim()
  const chosen = services.filter((service) => fields[service] === 'on')
  const errors: FormError[] = []
  if (name === '') errors.push({ field: 'name', reason: 'missing' })
  else if ([...name].length > nameMax)
    errors.push({ field: 'name', reason: 'too-long', params: { max: nameMax } })
  if (chosen.length === 0) errors.push({ field: 'services', reason: 'none' })
  return errors.length > 0 ? { kind: 'refused', errors } : { kind: 'ok', name, services: chosen }
}
