import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCommonPassword } from '#server/core/passwords/common-passwords.ts'
import { judgePassword } from '#server/core/passwords/password-policy.ts'

const rules = { minLength: 12, login: 'kavalenka', serviceWords: ['postern', 'zorka-post'] }

test('judging any password takes under five milliseconds of a processor', () => {
  const made = [
    'monkeydragon'.repeat(3),
    `${'passwordmonkey'.repeat(4)}x`,
    'a1'.repeat(31),
    Array.from({ length: 256 }, (_, place) =>
      String.fromCharCode(33 + ((place * place * 31 + place * 7) % 90)),
    ).join(''),
    `${'ab'.repeat(127)}cd`,
    'lovesexgodsexlovegodlovesexgodlovesexgodx',
  ]
  isCommonPassword('the list is loaded')
  for (const password of made) {
    const times = Array.from({ length: 9 }, () => {
      // Processor time, because other programs may slow the clock.
      const before = process.cpuUsage()
      judgePassword(password, rules)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    })
    const median = times.sort((a, b) => a - b)[4] ?? 0
    assert.ok(median < 5, `${median} ms for ${password}`)
  }
})

test('judging a password never throws, and an accepted password is accepted again', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ minLength: 12 }),
        fc.anything(),
      ),
      (raw) => {
        const judged = judgePassword(raw, rules)
        if (judged.kind === 'ok') assert.deepEqual(judgePassword(judged.password, rules), judged)
      },
    ),
    { numRuns: 1000 },
  )
})

test('random passwords are not common', () => {
  // fast-check prefers small and repeated letters, which are not random.
  const random = Array.from({ length: 2000 }, () => randomBytes(12).toString('base64url'))
  const refused = random.filter(isCommonPassword)
  // One in ten thousand is, by a shared fingerprint or a walk along the keys.
  assert.ok(refused.length <= 3, refused.join(' '))
})
