import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const root = new URL('../', import.meta.url)
const page = readFileSync(new URL('docs/safety-cases.md', root), 'utf8')

interface Row {
  readonly line: number
  readonly rule: string
  readonly file: string
  readonly name: string
  readonly cells: number
}

/** The rows of all tables, without their heads. */
function rowsOf(text: string): Row[] {
  return text.split('\n').flatMap((each, nth, lines) => {
    if (!each.startsWith('|') || /^\| -/.test(each) || /^\| -/.test(lines[nth + 1] ?? '')) return []
    const cells = each
      .replace(/^\||\|\s*$/g, '')
      .split('|')
      .map((cell) => cell.trim())
    const [rule = '', file = '', name = ''] = cells
    return { line: nth + 1, rule, file: file.replace(/^`|`$/g, ''), name, cells: cells.length }
  })
}

/** Names as in the source, with `${…}` if a test is one of many. */
function titlesIn(source: string): Set<string> {
  const found = source.matchAll(
    /(?<![\w.])(?:it|test)\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`|"([^"]*)")/g,
  )
  return new Set(
    [...found].map(([, single, template, double]) => single ?? template ?? double ?? ''),
  )
}

const faultsOf = (text: string): string[] => {
  const seen = new Set<string>()
  return rowsOf(text).flatMap(({ line, rule, file, name, cells }) => {
    const where = `line ${line}, “${rule}”`
    const again = seen.has(rule.toLowerCase())
    seen.add(rule.toLowerCase())
    if (cells !== 3) return [`${where}: has ${cells} cells`]
    if (!rule) return [`${where}: no rule`]
    if (again) return [`${where}: stands twice`]
    if (!file || !name) return [`${where}: no test`]
    const url = new URL(file, root)
    if (!/^test\/[\w/-]+\.test\.ts$/.test(file) || !existsSync(url))
      return [`${where}: no file ${file}`]
    return titlesIn(readFileSync(url, 'utf8')).has(name)
      ? []
      : [`${where}: no test “${name}” in ${file}`]
  })
}

describe('the page of safety cases', () => {
  it('the page of safety cases names an existing test for each rule, and no rule twice', () => {
    assert.ok(rowsOf(page).length > 200, 'the tables are read')
    assert.deepEqual(faultsOf(page), [])
  })

  it('the check of safety cases finds rows without a test or file, and repeated rows', () => {
    const good =
      '| A rule. | `test/safety-cases.test.ts` ' +
      '| the page of safety cases names an existing test for each rule, and no rule twice |'
    const head = '| rule | file | test |\n| --- | --- | --- |'
    const faults = (row: string) =>
      faultsOf(`${head}\n${good}\n${row}`).map((fault) => fault.replace(/^.*”: /, ''))
    assert.deepEqual(faults(''), [])
    assert.deepEqual(faults(good.toUpperCase()), ['stands twice'])
    assert.deepEqual(faults('| Other. | `test/safety-cases.test.ts` | |'), ['no test'])
    assert.deepEqual(faults('| Other. | `test/safety-cases.test.ts` | is gone |'), [
      'no test “is gone” in test/safety-cases.test.ts',
    ])
    assert.deepEqual(faults('| Other. | `test/nowhere.test.ts` | x |'), [
      'no file test/nowhere.test.ts',
    ])
    assert.deepEqual(faults('| Other. |'), ['has 1 cells'])
  })
})
