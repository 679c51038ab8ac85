// CPU time and memory of processes, from /proc (Linux).
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ: Linux always shows 100 to user space. */
const ticksPerSecond = 100

interface Stat {
  readonly pid: number
  readonly parent: number
  /** Milliseconds of the process and its ended children. */
  readonly own: number
  readonly gone: number
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): the name in brackets may contain any character.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [, parent = 0] = fields
    const [user = 0, system = 0, goneUser = 0, goneSystem = 0] = fields.slice(11, 15)
    const ms = (ticks: number) => (ticks * 1000) / ticksPerSecond
    return { pid, parent, own: ms(user + system), gone: ms(goneUser + goneSystem) }
  } catch {
    return undefined
  }
}

/** CPU milliseconds of a process and all its children, also the ended ones. */
export function cpuMsOf(...roots: readonly number[]): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined)
  const within = new Set(roots)
  for (let before = 0; before !== within.size; ) {
    before = within.size
    for (const stat of all) if (within.has(stat.parent)) within.add(stat.pid)
  }
  return all
    .filter((stat) => within.has(stat.pid))
    .reduce((sum, stat) => sum + stat.own + stat.gone, 0)
}

/** Resident memory in MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kb) * 1024) / 1e6
}

/** CPU milliseconds of the whole machine. */
export function machineCpuMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, soft = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .map(Number)
  return ((user + nice + system + irq + soft) * 1000) / ticksPerSecond
}
