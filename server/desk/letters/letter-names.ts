// Reads who a letter names: its sender, its recipients, its subject.
import { addressParser } from 'postal-mime'
import {
  fieldsNamed,
  type LetterField,
  type Mailbox,
  readLetterDate,
} from '#server/core/letters/letter.ts'
import { showHiddenLine } from '#server/core/letters/show-hidden.ts'

export function readNames(fields: readonly LetterField[]) {
  const first = (name: string) => fieldsNamed(fields, name)[0]
  const inBrackets = (text: string | undefined) =>
    showHiddenLine(text?.replace(/^[^<]*<([^>]*)>.*$/s, '$1') ?? '', 998)
  return {
    fields,
    from: mailboxes(fieldsNamed(fields, 'from')),
    to: mailboxes([...fieldsNamed(fields, 'to'), ...fieldsNamed(fields, 'cc')]),
    replyTo: mailboxes(fieldsNamed(fields, 'reply-to')),
    returnPath: inBrackets(first('return-path')?.value) || null,
    subject: showHiddenLine(first('subject')?.value ?? '', 998),
    messageId: inBrackets(first('message-id')?.value) || null,
    date: readLetterDate(first('date')?.value),
  }
}

function mailboxes(fields: readonly LetterField[]): Mailbox[] {
  return fields
    .slice(0, 10)
    .flatMap((field) =>
      addressParser(field.raw === field.value ? field.value : encodedFirst(field), {
        flatten: true,
      }),
    )
    .slice(0, 100)
    .map(({ name, address }) => ({
      name: showHiddenLine(name ?? '', 200),
      address: showHiddenLine(address ?? '', 320).toLowerCase(),
    }))
}

// Addresses are split before encoded words are decoded: a decoded comma belongs to a name.
function encodedFirst(field: LetterField): string {
  return /[\u0080-\u00ff]/.test(field.raw) ? field.value : field.raw
}
