/** Chances that come again with the same seed. */
export interface Dice {
  /** At least 0, below `sides`. */
  roll(sides: number): number
  pick<T>(list: readonly T[]): T
  /** One time out of `sides`. */
  hits(sides: number): boolean
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  // Mulberry32, by Tommy Ettinger.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const roll = (sides: number) => Math.floor(next() * sides)
  return {
    roll,
    pick: (list) => list[roll(list.length)] as (typeof list)[number],
    hits: (sides) => roll(sides) === 0,
  }
}
