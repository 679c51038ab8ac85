// A feature that was made and forgotten in a list is noticed here.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { firstWords, loadCommands } from '#server/cli/commands.ts'
import { checkNames, loadChecks } from '#server/cli/doctor.ts'
import { features } from '#server/features.ts'

const server = path.resolve(import.meta.dirname, '../server')
const files = readdirSync(server, { recursive: true, encoding: 'utf8' })
const read = (file: string) => readFileSync(path.join(server, file), 'utf8')

test('every folder with a feature.ts is listed in features.ts', () => {
  const folders = files
    .filter((file) => /^[^/]+\/[^/]+\/feature\.ts$/.test(file))
    .map((file) => path.dirname(file))
  assert.ok(folders.length > 40)
  assert.deepEqual(features.map(({ name }) => name).toSorted(), folders.toSorted())
})

test('every routes file is used by the feature of its folder', () => {
  const routeFiles = files.filter((file) => /routes\.ts$/.test(file))
  assert.ok(routeFiles.length > 20)
  const unused = routeFiles.flatMap((file) => {
    const room = file.split('/').slice(0, 2).join('/')
    const folder = path.dirname(file)
    const beside = files.filter(
      (other) => path.dirname(other) === folder && other !== file && /routes\.ts$/.test(other),
    )
    const users = [path.join(room, 'feature.ts'), ...beside].map(read).join('\n')
    const exported = [...read(file).matchAll(/^export function (\w+)\(/gm)]
    assert.ok(exported.length > 0, `${file} exports routes`)
    return exported
      .map((match) => match[1] ?? '')
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(users))
      .map((name) => `${file} ${name}`)
  })
  assert.deepEqual(unused, [])
})

test('every word in the order of the help is the first word of a command', async () => {
  const words = new Set((await loadCommands()).map((command) => command.words[0]))
  assert.deepEqual(firstWords.toSorted(), [...words].toSorted())
})

test('every name in the order of the doctor’s report is a check', async () => {
  const names = (await loadChecks()).map(({ name }) => name)
  assert.deepEqual(checkNames, names)
})
