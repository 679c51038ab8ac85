import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  lookAlikeKey,
  parseLoginName,
  parseTypedLogin,
} from '#server/core/identifiers/login-name.ts'

test('parsing a login name never throws, and an accepted name is accepted again unchanged', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/),
        fc.anything(),
      ),
      (raw) => {
        const parsed = parseLoginName(raw)
        parseTypedLogin(raw, ['example.org'])
        if (parsed.kind === 'refused') return
        assert.match(parsed.login, /^[a-z][a-z0-9._-]{2,29}$/)
        assert.deepEqual(parseLoginName(parsed.login), parsed)
        assert.deepEqual(parseTypedLogin(parsed.login, []), { login: parsed.login, domain: null })
        assert.equal(lookAlikeKey(parsed.lookAlikeKey), parsed.lookAlikeKey)
      },
    ),
    { numRuns: 1000 },
  )
})
