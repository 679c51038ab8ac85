import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { judgeSeverity, type SeverityFacts, severities } from '#server/desk/cases/severity.ts'
import { reportKinds } from '#server/desk/reports/report-kind.ts'

const quiet: SeverityFacts = {
  kinds: ['spam'],
  distinctReporters: 1,
  provenance: 'proven',
  accountAgeDays: 400,
  recentRecoveryChanges: 0,
}

const facts: fc.Arbitrary<SeverityFacts> = fc.record({
  kinds: fc.array(fc.constantFrom(...reportKinds), { minLength: 1, maxLength: 5 }),
  distinctReporters: fc.integer({ min: 1, max: 30 }),
  provenance: fc.constantFrom('proven', 'likely', 'unproven', 'not-ours'),
  accountAgeDays: fc.option(fc.integer({ min: 0, max: 5000 })),
  recentRecoveryChanges: fc.integer({ min: 0, max: 3 }),
})
const rank = (level: (typeof severities)[number]) => severities.indexOf(level)

describe('the severity of a case', () => {
  const cases: readonly (readonly [string, Partial<SeverityFacts>, string])[] = [
    ['one report of spam about an old account', {}, 'low'],
    ['three people who report spam', { distinctReporters: 3 }, 'medium'],
    ['ten people who report spam', { distinctReporters: 10 }, 'high'],
    ['proven phishing', { kinds: ['spam', 'phishing'] }, 'medium'],
    [
      'proven phishing from an account of yesterday',
      { kinds: ['phishing'], accountAgeDays: 1 },
      'high',
    ],
    [
      'proven phishing right after a reset',
      { kinds: ['phishing'], recentRecoveryChanges: 1 },
      'high',
    ],
    [
      'a crowd whose letters prove nothing',
      { kinds: ['phishing'], distinctReporters: 500, provenance: 'unproven', accountAgeDays: 1 },
      'medium',
    ],
    [
      'a crowd whose letters came from elsewhere',
      { kinds: ['malware'], distinctReporters: 500, provenance: 'not-ours' },
      'low',
    ],
  ]
  for (const [name, more, level] of cases) {
    test(`the severity of ${name} is ${level}`, () => {
      const judgement = judgeSeverity({ ...quiet, ...more }, null)
      assert.equal(judgement.level, level, JSON.stringify(judgement.reasons))
    })
  }

  test('the severity of a case is never lowered by the portal', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom(...severities), (known, current) => {
        assert.ok(rank(judgeSeverity(known, current).level) >= rank(current))
      }),
    )
  })

  test('the severity never falls because more people report, or report worse things', () => {
    fc.assert(
      fc.property(
        facts,
        fc.constantFrom(...reportKinds),
        fc.integer({ min: 0, max: 20 }),
        (known, kind, more) => {
          const worse = {
            ...known,
            kinds: [...known.kinds, kind],
            distinctReporters: known.distinctReporters + more,
          }
          assert.ok(
            rank(judgeSeverity(worse, null).level) >= rank(judgeSeverity(known, null).level),
          )
        },
      ),
    )
  })

  test('reports that prove nothing cannot raise a case to the highest severity', () => {
    fc.assert(
      fc.property(facts, (known) => {
        assert.notEqual(judgeSeverity({ ...known, provenance: 'unproven' }, null).level, 'high')
        assert.equal(judgeSeverity({ ...known, provenance: 'not-ours' }, null).level, 'low')
      }),
    )
  })
})
