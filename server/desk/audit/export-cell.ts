// Cells of an exported table that stay text in every spreadsheet.
import { showHidden } from '#server/core/letters/show-hidden.ts'

// How formulas begin in Excel, LibreOffice and Google Sheets, full-width forms too
// (OWASP "CSV Injection").
const formula = /^[\s\uFEFF]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]/

/**
 * One cell as RFC 4180 text. Dates are ISO 8601.
 * Security: A cell that a spreadsheet would run as a formula is exported with an apostrophe.
 */
export function exportCell(value: string | number | Date | null): string {
  if (value === null) return '""'
  if (typeof value === 'number') return String(value)
  const text =
    value instanceof Date ? value.toISOString() : showHidden(value.replace(/\r\n?/g, '\n'))
  const harmless = formula.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}

export function exportRow(values: readonly (string | number | Date | null)[]): string {
  return `${values.map(exportCell).join(',')}\r\n`
}
