// Hands log lines on in bunches: a system call for each would be a tenth of a form page.

/** Where lines go. */
export interface Lines {
  /** Of the line that is being written; pino sets it (its documentation, "needsMetadataGsym"). */
  lastLevel?: number
  write(line: string): void
}

const longestBunch = 8192
const warnLevel = 40

/**
 * Nothing is kept longer than `waitMs`, nor when the process ends by itself; warnings and faults go on at once, with what came
 * before them.
 */
export function createBunches(destination: Lines, waitMs = 100): Lines {
  let kept = ''
  let timer: NodeJS.Timeout | undefined
  const handOn = () => {
    clearTimeout(timer)
    timer = undefined
    const bunch = kept
    kept = ''
    if (bunch !== '') destination.write(bunch)
  }
  process.once('exit', handOn)
  const lines: Lines = {
    lastLevel: 0,
    write(line) {
      kept += line
      if (kept.length > longestBunch || (lines.lastLevel ?? 0) >= warnLevel) handOn()
      else timer ??= setTimeout(handOn, waitMs).unref()
    },
  }
  return Object.assign(lines, { [Symbol.for('pino.metadata')]: true })
}
