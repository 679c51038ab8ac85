/** Makes characters visible that change how a text looks without being seen: a file name must not read backwards. */

// Control characters but tab and line feed, soft hyphen, Arabic letter mark, Mongolian vowel separator, zero width, directional
// marks and overrides, line and paragraph separators, invisible operators, BOM, interlinear marks, tag characters.
const HIDDEN =
  /[[\p{Cc}--[\t\n]]\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gv

// Security: bidi controls are shown as their code points, so no name or subject reads otherwise than it is written.
/** Writes each hidden character as `⟦U+202E⟧`. Tabs and line feeds stay; lone surrogates become U+FFFD. */
export function showHidden(text: string): string {
  return text.toWellFormed().replace(HIDDEN, (hidden) => {
    const point = hidden.codePointAt(0) ?? 0
    return `⟦U+${point.toString(16).toUpperCase().padStart(4, '0')}⟧`
  })
}

/** The same for one line: line breaks and tabs become blanks, and the text is cut to `maxChars` with an ellipsis. */
export function showHiddenLine(text: string, maxChars: number): string {
  const line = showHidden(text.slice(0, maxChars * 2).replace(/[\t\r\n]+/g, ' ')).trim()
  return line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line
}
