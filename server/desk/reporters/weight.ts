// How much the word of a reporter weighs, in hundredths of a person.

export const fullWeight = 100
const bounds = { least: 25, most: 200 }

/** How the last reports of a person ended, as far as that says something about them. */
export interface ReporterRecord {
  readonly judged: number
  readonly confirmed: number
}

// Security: A reporter's record weighs reports, and never silences them.
/** A person without a record weighs 100. Each judged report moves the weight a little. */
export function weightOf({ judged, confirmed }: ReporterRecord): number {
  const share = (confirmed + 1) / (judged + 2)
  const weight = Math.round(2 * fullWeight * share)
  return Math.min(bounds.most, Math.max(bounds.least, weight))
}
