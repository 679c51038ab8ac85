// Shows that deleting a feature that no other needs is its folder, its views, its tests and its
// line: three features are taken out of a copy, and types, lint and all other tests pass.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { features } from '#server/features.ts'

const root = path.resolve(import.meta.dirname, '../..')
const leaves = ['desk/figures', 'desk/help', 'site/security-txt'] as const

/** The files that git knows or would take, without what is ignored. */
function copyRepository(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'leaf-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  for (const file of new Set(listed.toString().trim().split('\n'))) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
    cpSync(path.join(root, file), path.join(copy, file))
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}

function deleteFeature(copy: string, name: string): void {
  const list = path.join(copy, 'server/features.ts')
  const before = readFileSync(list, 'utf8')
  const from = `/${name}/feature.ts'`
  const variable = new RegExp(`^import \\{ (\\w+) \\} from '\\.${from}\n`, 'm').exec(before)?.[1]
  assert.ok(variable, `${name} is in the list`)
  const after = before
    .split('\n')
    .filter((line) => !line.includes(from) && line.trim() !== `${variable},`)
  assert.equal(after.length, before.split('\n').length - 2)
  writeFileSync(list, after.join('\n'))
  for (const folder of ['server', 'views', 'test'])
    rmSync(path.join(copy, folder, name), { recursive: true, force: true })
}

function run(copy: string, command: string, parts: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, parts, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const output = `${stdout}\n${stderr}`
  const failing = output.slice(Math.max(0, output.indexOf('failing tests:'))).slice(0, 8000)
  assert.equal(status, 0, `${command} ${parts.join(' ')}\n${failing}`)
  return output
}

/** Each alone for types and lint, then all three at once for the tests. */
export async function proveLeafFeatures(): Promise<object> {
  const names: readonly string[] = features.map(({ name }) => name)
  for (const leaf of leaves) assert.ok(names.includes(leaf), leaf)
  for (const leaf of leaves) {
    const copy = copyRepository()
    deleteFeature(copy, leaf)
    run(copy, 'npm', ['run', '-s', 'types'])
    run(copy, 'npm', ['run', '-s', 'lint'])
    rmSync(copy, { recursive: true })
  }
  const copy = copyRepository()
  for (const leaf of leaves) deleteFeature(copy, leaf)
  run(copy, 'npm', ['run', '-s', 'types'])
  const output = run(copy, 'npm', ['test'])
  rmSync(copy, { recursive: true })
  return { deleted: leaves, testsThatPass: Number(/^ℹ pass (\d+)$/m.exec(output)?.[1]) }
}
