import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { beginnings, edges, stateAfter, statesBefore } from '#server/recovery/flow/flow-states.ts'

test('the drawing of a recovery shows the edges of the table and no others', () => {
  const drawing = readFileSync(new URL('../../../docs/recovery-flow.md', import.meta.url), 'utf8')
  const drawn = [...drawing.matchAll(/^ {2}(\S+) --> (\S+)(?:: (\S+))?$/gm)].map(
    ([, from, to, step]) => [from, step, to],
  )
  const table = [
    ...Object.entries(beginnings).map(([step, to]) => ['[*]', step, to]),
    ...Object.entries(edges).flatMap(([from, steps]) => {
      const out = Object.entries(steps)
      return out.length > 0 ? out.map(([step, to]) => [from, step, to]) : [[from, undefined, '[*]']]
    }),
  ]
  const sorted = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort()
  assert.deepEqual(sorted(drawn), sorted(table))
})

test('a step of a flow leads to one state, wherever it begins', () => {
  for (const step of ['challenge', 'prove', 'set-password', 'hold-password'] as const) {
    const next = stateAfter(step)
    for (const from of statesBefore(step))
      assert.equal((edges[from] as Record<string, string>)[step], next)
  }
})
