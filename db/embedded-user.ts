// PostgreSQL refuses to run as root. If the portal is root, its server runs as another user, but
// with a capability that lets it reach packages and data in folders of root, such as /root.
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface KeeperCommand {
  readonly execPath?: string
  readonly execArgv?: string[]
}

/** Bits of CapPrm, see capabilities(7). In containers root often has only the second one. */
const capabilities: readonly [number, string][] = [
  [2, 'dac_read_search'],
  [1, 'dac_override'],
]

function ownCapability(): string | undefined {
  const permitted =
    /CapPrm:\s*([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return capabilities.find(([bit]) => (BigInt(`0x${permitted}`) >> BigInt(bit)) & 1n)?.[1]
}

const idOf = (flag: string, user: string): number | undefined => {
  try {
    return Number(
      execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  } catch {
    return undefined
  }
}

function serverUser(data: string): { uid: number; gid: number } | undefined {
  if (existsSync(data) && statSync(data).uid !== 0) return statSync(data)
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', user), idOf('-g', user)]
    if (uid && gid) return { uid, gid }
  }
  return undefined
}

/** How to start the keeper as another user. Empty if the portal is not root or has no setpriv. */
export function keeperCommand(folder: string): KeeperCommand {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return {}
  const data = join(folder, 'postgres')
  const user = serverUser(data)
  const capability = ownCapability()
  if (!user || !capability || !existsSync('/usr/bin/setpriv')) return {}
  mkdirSync(data, { recursive: true, mode: 0o700 })
  chownSync(data, user.uid, user.gid)
  const as = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  // initdb calls access(2), which ignores capabilities unless this bit is set (Linux, fs/open.c).
  const may = [
    '--securebits=+no_setuid_fixup',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
  ]
  return { execPath: '/usr/bin/setpriv', execArgv: [...as, ...may, process.execPath] }
}
