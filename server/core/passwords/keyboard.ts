// Texts typed without thinking: neighbouring keys, the alphabet, one key.

const ROWS = ['`1234567890-=', 'qwertyuiop[]\\', "asdfghjkl;'", 'zxcvbnm,./']
const NUMBER_PAD = ['789', '456', '123', '0']
const SHIFTED = { from: '~!@#$%^&*()_+{}|:"<>?', to: "`1234567890-=[]\\;',./" }
// Belarusian і and ў have the keys of Russian ы and щ.
const CYRILLIC = {
  from: 'ёйцукенгшщзхъфывапролджэячсмитьбюіў',
  to: "`qwertyuiop[]asdfghjkl;'zxcvbnm,.so",
}

type Place = { row: number; x: number }

type Step = { letters: number | null; keys: string | null; pad: string | null }

/** The same keys on a Latin keyboard: пароль becomes gfhjkm. */
export function onLatinKeys(text: string): string {
  return replaceEach(text.toLowerCase(), CYRILLIC)
}

/** Straight stretches (123qweasd), or neighbours (1q2w3e4r5t). */
export function isWalk(text: string): boolean {
  const letters = [...text.toLowerCase()]
  const keys = [...replaceEach(onLatinKeys(text), SHIFTED)]
  if (letters.length < 3) return false
  const steps = letters.slice(1).map((letter, place) => ({
    letters: stepOfLetters(letters[place] ?? '', letter),
    keys: stepOfKeys(placeOf(keys[place] ?? ''), placeOf(keys[place + 1] ?? '')),
    pad: stepOfKeys(padPlaceOf(keys[place] ?? ''), padPlaceOf(keys[place + 1] ?? '')),
  }))
  const breaks = steps.filter((step) => step.letters === null && step.keys === null).length
  return (breaks + 1) * 4 <= letters.length || straightOn(steps) * 4 >= letters.length * 3
}

/** How many signs belong to stretches of three or more. */
function straightOn(steps: Step[]): number {
  const inside = new Set<number>()
  for (const [place, step] of steps.entries()) {
    const next = steps[place + 1]
    if (next === undefined) break
    const goesOn = (['letters', 'keys', 'pad'] as const).some(
      (way) => step[way] !== null && step[way] === next[way],
    )
    if (goesOn) for (const sign of [place, place + 1, place + 2]) inside.add(sign)
  }
  return inside.size
}

function stepOfLetters(left: string, right: string): number | null {
  const step = (right.codePointAt(0) ?? 0) - (left.codePointAt(0) ?? 0)
  return Math.abs(step) <= 1 ? step : null
}

function stepOfKeys(from: Place | null, to: Place | null): string | null {
  if (!from || !to) return null
  const [across, down] = [to.x - from.x, to.row - from.row]
  return Math.abs(across) <= 1 && Math.abs(down) <= 1 ? `${across},${down}` : null
}

/** Each row starts half a key further right. A key stands before the 1. */
function placeOf(key: string): Place | null {
  const row = ROWS.findIndex((keys) => keys.includes(key))
  return row < 0 ? null : { row, x: (ROWS[row] ?? '').indexOf(key) + row / 2 - (row === 0 ? 1 : 0) }
}

function padPlaceOf(key: string): Place | null {
  const row = NUMBER_PAD.findIndex((keys) => keys.includes(key))
  return row < 0 ? null : { row, x: (NUMBER_PAD[row] ?? '').indexOf(key) }
}

function replaceEach(text: string, map: { from: string; to: string }): string {
  return text.replace(/./gsu, (key) => {
    const place = map.from.indexOf(key)
    return place < 0 ? key : (map.to[place] ?? key)
  })
}
