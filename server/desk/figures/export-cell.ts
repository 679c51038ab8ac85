/** Cells of an exported table that stay text in every spreadsheet. */
import { showHidden } from '#server/core/letters/show-hidden.ts'

// What Excel, LibreOffice and Google Sheets take for the start of a formula (OWASP "CSV Injection"), full-width forms too.
const FORMULA = /^[\s\uFEFF]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]/

// Security: a cell that a spreadsheet would run as a formula is exported with an apostrophe in front.
/** One cell as RFC 4180 text, always quoted. Numbers stay numbers; null is empty; instants are ISO 8601. */
export function exportCell(value: string | number | Date | null): string {
  if (value === null) return '""'
  if (typeof value === 'number') return String(value)
  const text =
    value instanceof Date
      ? value.toISOString()
      : showHidden(value.replaceAll('\r\n', '\n').replaceAll('\r', '\n'))
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

/** One row with its CRLF. */
export function exportRow(values: readonly (string | number | Date | null)[]): string {
  return `${values.map(exportCell).join(',')}\r\n`
}
