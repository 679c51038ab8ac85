import { msPerDay } from './durations.ts'

/** The only source of the present moment. Tests hand in a clock that they can move. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

export const daysBefore = (clock: Clock, days: number): Date =>
  new Date(clock.now().getTime() - days * msPerDay)
export const dayBefore = (clock: Clock): Date => daysBefore(clock, 1)
