// Runs a command with TEST_DATABASE_URL of a new server of the system's PostgreSQL 15.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../ports.ts'

const bin = '/usr/lib/postgresql/15/bin'
const isRoot = process.getuid?.() === 0
const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
const owner = isRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {}

const folder = mkdtempSync(join(tmpdir(), 'postern-pg15-'))
chmodSync(folder, 0o700)
if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid)
const data = join(folder, 'data')
// Some tests check that a wrong password is refused.
const passwordFile = join(folder, 'password')
writeFileSync(passwordFile, 'postern\n')
if (owner.uid !== undefined && owner.gid !== undefined)
  chownSync(passwordFile, owner.uid, owner.gid)
execFileSync(
  join(bin, 'initdb'),
  [
    '-D',
    data,
    '-U',
    'postern',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ],
  {
    stdio: 'ignore',
    ...owner,
  },
)

const port = await freePort()
const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'max_connections=300',
  'listen_addresses=127.0.0.1',
  `unix_socket_directories=${folder}`,
]
const server = spawn(
  join(bin, 'postgres'),
  ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each])],
  {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...owner,
  },
)
await new Promise<void>((ready) => {
  server.stderr.on(
    'data',
    (words) => String(words).includes('ready to accept connections') && ready(),
  )
})

const [command = 'true', ...args] = process.argv.slice(2)
const env = {
  ...process.env,
  TEST_DATABASE_URL: `postgres://postern:postern@127.0.0.1:${port}/postgres`,
}
const child = spawn(command, args, { stdio: 'inherit', env })
const [code] = (await once(child, 'exit')) as [number | null]
server.kill('SIGINT')
await once(server, 'exit')
rmSync(folder, { recursive: true, force: true })
process.exitCode = code ?? 1
