// Checks the form that reports a letter. A job reads the letter itself later.
import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'
import { isReportKind, type ReportKind } from '../report-kind.ts'

export const sourceMaxChars = 1_000_000
export const noteMaxChars = 5000

export interface ReportForm {
  readonly sender: string
  readonly kind: string
  readonly message_source: string
  readonly reporter: string
  readonly note: string
}

export interface FormRefusal {
  readonly field: keyof ReportForm | 'message_file'
  readonly reason: string
}

export type JudgedForm =
  | {
      readonly kind: 'ok'
      readonly sender: string
      readonly reportKind: ReportKind
      readonly reporter: string | null
      readonly source: Uint8Array | string | null
      readonly note: string
    }
  | { readonly kind: 'refused'; readonly refusals: readonly FormRefusal[] }

const outlookMagic = Buffer.from('d0cf11e0a1b11ae1', 'hex')

// Unlike a backup address, these addresses may be at our own domains.
const anyAddress = (typed: string) => parseEmailAddress(typed, { ownDomains: [] })

// People copy `Bank <x@y.example>` from their mail program.
const bare = (typed: string) => /<([^<>]+)>\s*$/.exec(typed)?.[1] ?? typed

/**
 * Returns all faults at once.
 * @param file counts instead of a pasted letter
 * @param fileFault why the sent file cannot be read
 */
export function judgeReportForm(
  form: ReportForm,
  file: Uint8Array | undefined,
  fileFault: 'empty' | 'too-large' | undefined,
): JudgedForm {
  const refusals: FormRefusal[] = []
  const refuse = (field: FormRefusal['field'], reason: string) => refusals.push({ field, reason })
  const sender = anyAddress(bare(form.sender))
  const reporter = form.reporter.trim() === '' ? undefined : anyAddress(form.reporter)
  if (sender.kind === 'refused') refuse('sender', sender.reason === 'missing' ? 'missing' : 'shape')
  if (form.kind === '') refuse('kind', 'missing')
  else if (!isReportKind(form.kind)) refuse('kind', 'unknown')
  if (fileFault) refuse('message_file', fileFault)
  if (file && outlookMagic.equals(file.subarray(0, 8))) refuse('message_file', 'outlook-msg')
  if (form.message_source.length > sourceMaxChars) refuse('message_source', 'too-long')
  if (form.note.length > noteMaxChars) refuse('note', 'too-long')
  if (reporter?.kind === 'refused') refuse('reporter', 'shape')
  if (refusals.length > 0 || sender.kind === 'refused' || !isReportKind(form.kind))
    return { kind: 'refused', refusals }
  return {
    kind: 'ok',
    sender: sender.address,
    reportKind: form.kind,
    reporter: reporter?.kind === 'ok' ? reporter.address : null,
    source: file ?? (form.message_source.trim() === '' ? null : form.message_source),
    note: form.note.trim(),
  }
}
