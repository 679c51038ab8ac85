// How much a reader meets at once: the figures of STYLE.md, held against the code.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '..')

function foldersUnder(folder: string): string[] {
  const inside = readdirSync(path.join(root, folder), { withFileTypes: true })
  const below = inside.filter((entry) => entry.isDirectory())
  return [folder, ...below.flatMap(({ name }) => foldersUnder(path.posix.join(folder, name)))]
}

const filesIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder))
    .map((name) => path.posix.join(folder, name))
    .filter((file) => statSync(path.join(root, file)).isFile())

const folders = foldersUnder('server')
const files = folders.flatMap(filesIn).filter((file) => file.endsWith('.ts'))
const linesOf = (file: string) => readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n')

function isCommentOf(lines: readonly string[]): boolean[] {
  let inBlock = false
  return lines.map((line) => {
    const text = line.trim()
    if (text.startsWith('/*')) inBlock = true
    const isComment = inBlock || text.startsWith('//')
    if (text.includes('*/')) inBlock = false
    return isComment
  })
}

test('no folder of the portal or its views has more than twenty files of its own', () => {
  const large = [...folders, ...foldersUnder('views')].filter(
    (folder) => filesIn(folder).length > 20,
  )
  assert.deepEqual(large, [])
})

test('no room has more than 2,500 lines, and no file more than 220', () => {
  const long = files.filter((file) => linesOf(file).length > 220)
  assert.deepEqual(long, [])
  const sizeOf = (folder: string) =>
    filesIn(folder)
      .filter((file) => file.endsWith('.ts'))
      .reduce((sum, file) => sum + linesOf(file).length, 0)
  assert.deepEqual(
    folders.filter((folder) => sizeOf(folder) > 2500),
    [],
  )
})

test('lines are at most 100 wide, 40 in the mean, and few of them comments', () => {
  const all = files.flatMap((file) => {
    const lines = linesOf(file)
    const isComment = isCommentOf(lines)
    return lines.flatMap((text, at) =>
      text.trim() === '' ? [] : [{ at: `${file}:${at + 1}`, text, isComment: isComment[at] }],
    )
  })
  const wide = all.filter(({ text }) => text.length > 100).map(({ at }) => at)
  assert.deepEqual(wide, [])
  const mean = all.reduce((sum, { text }) => sum + text.length, 0) / all.length
  assert.ok(mean <= 40, `${mean}`)
  const comments = all.filter(({ isComment }) => isComment).length / all.length
  assert.ok(comments <= 0.07, `${comments}`)
})
