// One process of the proof `walls`. Several run at once, since each often waits for row locks.
import { answerParent } from '#test/bench/child.ts'
import { proveWalls, type WallsFigures, type WallsPlan } from './walls.ts'

answerParent<WallsPlan, WallsFigures>(proveWalls)
