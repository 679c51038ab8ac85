// Which fields of our forms outlive a form that was not taken. Every other field is forgotten.

/** Texts that people write themselves and that hold no secret. */
export const typedFields = [
  'login',
  'address',
  'phone',
  'name',
  'display_name',
  'sender',
  'reporter',
  'note',
  'appeal',
  'words',
  'reason',
] as const

/** Choices, a pasted letter, and the handle of a file that the portal keeps. */
const otherFields = [
  'message_source',
  'domain',
  'kind',
  'question',
  'measure',
  'cause',
  'days',
  'decision',
  'outcome',
  'audience',
  'template',
  'asks',
  'kept_file',
  'language',
  'theme',
] as const

export const writtenFields: readonly string[] = [...typedFields, ...otherFields]

/** Security: A draft never holds a password, a code or an answer. */
export function writtenOf(body: Readonly<Record<string, unknown>>): Record<string, string> {
  const written = writtenFields.flatMap((name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return Object.fromEntries(written)
}
