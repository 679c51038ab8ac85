// Makes invisible characters visible: they hide text, or turn a name backwards.

const HIDDEN = new RegExp(
  `[${[
    String.raw`[\p{Cc}--[\t\n]]`,
    // Soft hyphen, Arabic letter mark, Mongolian vowel separator, zero width space.
    String.raw`\u00AD\u061C\u180E\u200B`,
    // Directional marks and overrides, line and paragraph separators, invisible operators.
    String.raw`\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F`,
    // Byte order mark, interlinear marks, tag characters.
    String.raw`\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}`,
  ].join('')}]`,
  'gv',
)

// Security: Bidi controls are shown as their code points, so no name reads backwards.
/** Writes each hidden character as `⟦U+202E⟧`. Lone surrogates become U+FFFD. */
export function showHidden(text: string): string {
  return text.toWellFormed().replace(HIDDEN, (hidden) => {
    const point = hidden.codePointAt(0) ?? 0
    return `⟦U+${point.toString(16).toUpperCase().padStart(4, '0')}⟧`
  })
}

/** Line breaks and tabs become spaces. An ellipsis ends what was cut. */
export function showHiddenLine(text: string, maxChars: number): string {
  const line = showHidden(text.slice(0, maxChars * 2).replace(/[\t\r\n]+/g, ' ')).trim()
  return line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line
}
