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

const indentOf = (line: string) => line.length - line.trimStart().length
const opensBody = /=>(?: (?:\{|\(\{|\[))?$|\)(?:: .+)? \{$/
const isControl = /^(?:\} )?(?:if|else|for|while|switch|catch|try|do)\b/

/** By their indentation, which biome keeps: TypeScript 7 has no stable way to its syntax tree. */
function* functionsIn(file: string): Generator<{ at: string; length: number }> {
  const lines = linesOf(file)
  for (const [at, line] of lines.entries()) {
    if (!opensBody.test(line)) continue
    const depth = indentOf(line)
    const isBeside = (other: string) => other !== '' && indentOf(other) <= depth
    let head = at
    while (/^\s*[)}\]]/.test(lines[head] ?? ''))
      head = lines.findLastIndex((other, above) => above < head && isBeside(other))
    if (isControl.test(lines[head]?.trimStart() ?? '')) continue
    const next = lines.findIndex((other, below) => below > at && isBeside(other))
    // An expression after => ends before the next line, and a block on it.
    const end = line.endsWith('=>') ? next - 1 : next
    yield { at: `${file}:${head + 1}`, length: end - head + 1 }
  }
}

test('no folder of the portal or its views has more than twenty files of its own', () => {
  const isCounted = (file: string) => path.basename(file) !== 'texts.json'
  const large = [...folders, ...foldersUnder('views'), ...foldersUnder('db')].filter(
    (folder) => filesIn(folder).filter(isCounted).length > 20,
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

test('no function of the portal has more than 60 lines', () => {
  const found = files.flatMap((file) => [...functionsIn(file)])
  assert.ok(found.length > 1500 && found.some(({ length }) => length > 45), 'they are still found')
  const long = found.filter(({ length }) => length > 60).map(({ at, length }) => `${at} ${length}`)
  assert.deepEqual(long, [])
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
