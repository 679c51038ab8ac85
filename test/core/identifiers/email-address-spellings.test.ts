import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseEmailAddress } from '#server/core/identifiers/email-address.ts'

const parse = (raw: unknown) =>
  parseEmailAddress(raw, { ownDomains: ['zorka.example', 'пошта.example'] })
const canonical = (raw: unknown) => {
  const parsed = parse(raw)
  return parsed.kind === 'ok' ? parsed.canonical : parsed.reason
}

const words = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const address = fc
  .record({
    names: fc.array(words, { minLength: 1, maxLength: 3 }),
    domain: fc.constantFrom('gmail.com', 'ya.ru', 'example.org', 'пример.бел'),
  })
  .map(({ names, domain }) => `${names.join('.')}@${domain}`)

test('parsing an address never throws, and a canonical address is its own canonical form', () => {
  fc.assert(
    fc.property(
      fc.oneof(address, fc.emailAddress(), fc.string({ unit: 'binary' }), fc.anything()),
      (raw) => {
        const parsed = parse(raw)
        if (parsed.kind === 'refused') return
        assert.match(parsed.address, /^[\x21-\x7e]+$/)
        assert.equal(canonical(parsed.canonical), parsed.canonical)
        assert.equal(canonical(parsed.address), parsed.canonical)
      },
    ),
    { numRuns: 1000 },
  )
})

test('case, tag, blanks and a final dot never turn an address into another mailbox', () => {
  fc.assert(
    fc.property(address, words, fc.infiniteStream(fc.boolean()), (plain, tag, coin) => {
      const at = plain.indexOf('@')
      const cased = [...plain]
        .map((letter) => (coin.next().value ? letter.toUpperCase() : letter))
        .join('')
      const spelling = ` ${cased.slice(0, at)}+${tag}${cased.slice(at)}.\t`
      assert.equal(canonical(spelling), canonical(plain))
    }),
    { numRuns: 1000 },
  )
})
