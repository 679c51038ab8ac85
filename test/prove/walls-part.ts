// One process of the proof `walls`: much of the time each waits for requests that wait for each other.
import { answerParent } from '#test/bench/child.ts'
import { proveWalls, type WallsFigures, type WallsPlan } from './walls.ts'

answerParent<WallsPlan, WallsFigures>(proveWalls)
