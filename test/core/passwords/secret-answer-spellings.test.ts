import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgeSecretAnswer, normalizeAnswer } from '#server/core/passwords/secret-answer.ts'

test('judging an answer never throws, and a normal form is its own normal form', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.anything()),
      (raw) => {
        const answer = normalizeAnswer(raw)
        assert.equal(normalizeAnswer(answer), answer)
        judgeSecretAnswer(raw, { login: 'anna.k' })
      },
    ),
    { numRuns: 2000 },
  )
})

test('blanks, case and punctuation never change an answer', () => {
  const word = fc.stringMatching(/^[а-яa-z0-9]{1,8}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' ', ' - ', '. ', '’', '\u00a0', ', "'),
      (words, gap) => {
        assert.equal(
          normalizeAnswer(`«${words.join(gap)}»`.toUpperCase()),
          normalizeAnswer(words.join('')),
        )
      },
    ),
    { numRuns: 1000 },
  )
})
