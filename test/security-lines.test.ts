// A line that protects people and the test that shows it have the same words.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '..')

const textsIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[jt]s$/.test(file))
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8'))

const plain = (sentence: string) =>
  sentence.replace(/\s+/g, ' ').replace(/\.$/, '').replaceAll('’', "'").trim().toLowerCase()

function titlesIn(text: string): string[] {
  const found = text.matchAll(
    /(?<![\w.])(?:it|test|describe)\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`|"([^"]*)")/g,
  )
  return [...found].map(([, single, template, double]) =>
    plain((single ?? template ?? double ?? '').replaceAll("\\'", "'")),
  )
}

/** The first sentence of each comment that begins with `Security:`. */
function rulesIn(text: string): string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const begun = /^\s*(?:\/\/|\/\*\*|\*) ?Security: (.*)$/.exec(line)?.[1]
    if (begun === undefined) return []
    let rule = begun
    for (let next = at + 1; !/[.](?:\s|$|\*)/.test(rule); next++) {
      const more = /^\s*(?:\/\/|\*)(?!\/) ?(.*)$/.exec(lines[next] ?? '')?.[1]
      if (more === undefined) break
      rule += ` ${more}`
    }
    const sentence = /^(.*?[.])(?:\s|$)/.exec(rule.replace(/\*\/.*$/, ''))?.[1]
    return [sentence ?? rule]
  })
}

test('each line that protects people has a test with the same words', () => {
  const titles = new Set(textsIn('test').flatMap(titlesIn))
  const rules = [...textsIn('server'), ...textsIn('db')].flatMap(rulesIn)
  assert.ok(rules.length > 150)
  const untested = rules.filter((rule) => !titles.has(plain(rule)))
  assert.deepEqual(untested, [])
})

test('the reader of such lines sees one that goes on, and one in a block', () => {
  const source = `
  // Security: A rule goes on over
  // two lines. This explains it.
  /** Security: Another rule. */
  /**
   * What it does.
   * Security: A third rule.
   */`
  assert.deepEqual(rulesIn(source), [
    'A rule goes on over two lines.',
    'Another rule.',
    'A third rule.',
  ])
})
