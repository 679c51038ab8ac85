import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { maskEmailAddress, parseEmailAddress } from '#server/core/email-address.ts'

const ownDomains = ['zorka.example', 'пошта.example']
const parse = (raw: unknown) => parseEmailAddress(raw, { ownDomains })
const canonical = (raw: unknown) => {
  const parsed = parse(raw)
  return parsed.kind === 'ok' ? parsed.canonical : parsed.reason
}

test('mail goes to the address as it was typed, uniqueness to the one behind it', () => {
  assert.deepEqual(parse(' Bob.Smith+post@GoogleMail.COM '), {
    kind: 'ok',
    address: 'Bob.Smith+post@googlemail.com',
    canonical: 'bobsmith@gmail.com',
  })
})

test('all spellings of one mailbox are one', () => {
  const spellings: Record<string, string[]> = {
    'bobsmith@gmail.com': [
      'b.o.b.smith@gmail.com',
      'BOBSMITH@googlemail.com',
      'bobsmith+a+b@gmail.com',
      'bobsmith@gmail.com.',
    ],
    'bob@xn--e1afmkfd.xn--90ais': ['bob@пример.бел', 'BOB@ПРИМЕР.БЕЛ', 'bob@xn--E1AFMKFD.xn--90ais', 'bob@пример。бел'],
    'bob.s@yandex.ru': ['bob-s@yandex.ru', 'bob.s@ya.ru', 'Bob.S@yandex.by', 'bob-s+x@yandex.com'],
    'bob@icloud.com': ['bob@me.com', 'bob@mac.com'],
    'bobsmith@proton.me': ['bob.smith@protonmail.com', 'bob-smith@pm.me', 'bob_smith@proton.me'],
    'bob@example.org': [
      'ｂｏｂ＠ｅｘａｍｐｌｅ．ｏｒｇ',
      '\u202abob@example.org\u202c',
      'bob@exam\u00adple.org',
      'bob+1@example.org',
    ],
  }
  for (const [one, others] of Object.entries(spellings)) {
    for (const other of [one, ...others]) assert.equal(canonical(other), one, other)
  }
})

test('addresses that providers keep apart stay apart', () => {
  for (const [left, right] of [
    ['bob.s@example.org', 'bobs@example.org'],
    ['bob@mail.ru', 'bob@inbox.ru'],
    ['bob@outlook.com', 'bob@hotmail.com'],
    ['bob.s@outlook.com', 'bobs@outlook.com'],
    ['bob@gmail.com', 'bob@gmail.co'],
  ]) {
    assert.notEqual(canonical(left), canonical(right))
  }
})

test('an address of our own is no way back into a mailbox of ours', () => {
  for (const own of [
    'bob@zorka.example',
    'bob@ZORKA.example.',
    'bob@mx.zorka.example',
    'bob@пошта.example',
    `b@${domainToASCII('пошта.example')}`,
  ]) {
    assert.equal(canonical(own), 'own-domain', own)
  }
  assert.equal(canonical('bob@bigzorka.example'), 'bob@bigzorka.example')
})

test('each fault of an address has a reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' \u200b', 'missing'],
    [undefined, 'missing'],
    [['bob@example.org'], 'shape'],
    ['bob', 'shape'],
    ['@example.org', 'shape'],
    ['bob@', 'shape'],
    ['bob@localhost', 'shape'],
    ['bob@example..org', 'shape'],
    ['bob@-example.org', 'shape'],
    ['bob@exam_ple.org', 'shape'],
    ['bob@[192.0.2.1]', 'shape'],
    ['bob@192.0.2.1', 'shape'],
    ['a@b@example.org', 'shape'],
    ['"a b"@example.org', 'shape'],
    ['bob smith@example.org', 'shape'],
    ['.bob@example.org', 'shape'],
    ['bob..s@example.org', 'shape'],
    ['+tag@example.org', 'shape'],
    ['bob.+tag@example.org', 'shape'],
    ['...@gmail.com', 'shape'],
    ['bob@example.org, eve@example.org', 'shape'],
    ['bob@example.org\r\nBcc: eve@example.org', 'shape'],
    ['Bob <bob@example.org>', 'shape'],
    ['bob\0@example.org', 'shape'],
    ['bob\ud800@example.org', 'shape'],
    ['боб@example.org', 'characters'],
    [`${'a'.repeat(65)}@example.org`, 'too-long'],
    [`bobbobbob@${'a23456789.'.repeat(24)}example`, 'too-long'],
    ['x'.repeat(5000), 'too-long'],
  ]) {
    assert.equal(canonical(typed), reason, JSON.stringify(typed))
  }
})

test('what a URL parser would read as a domain is not therefore one', () => {
  for (const domain of [
    '%65xample.org',
    'example.org:25',
    'example.org/x',
    'user@example.org',
    '0x7f.1',
    '2130706433',
    'example.org#x',
  ]) {
    assert.equal(canonical(`bob@${domain}`), 'shape', domain)
  }
})

const words = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const address = fc
  .record({
    names: fc.array(words, { minLength: 1, maxLength: 3 }),
    domain: fc.constantFrom('gmail.com', 'ya.ru', 'example.org', 'пример.бел'),
  })
  .map(({ names, domain }) => `${names.join('.')}@${domain}`)

test('a thousand spellings never throw, and a canonical address is its own canonical form', () => {
  fc.assert(
    fc.property(fc.oneof(address, fc.emailAddress(), fc.string({ unit: 'binary' }), fc.anything()), (raw) => {
      const parsed = parse(raw)
      if (parsed.kind === 'refused') return
      assert.match(parsed.address, /^[\x21-\x7e]+$/)
      assert.equal(canonical(parsed.canonical), parsed.canonical)
      assert.equal(canonical(parsed.address), parsed.canonical)
    }),
    { numRuns: 1000 },
  )
})

test('case, tag, blanks and a dot at the end never make another mailbox', () => {
  fc.assert(
    fc.property(address, words, fc.infiniteStream(fc.boolean()), (plain, tag, coin) => {
      const at = plain.indexOf('@')
      const cased = [...plain].map((letter) => (coin.next().value ? letter.toUpperCase() : letter)).join('')
      const spelling = ` ${cased.slice(0, at)}+${tag}${cased.slice(at)}.\t`
      assert.equal(canonical(spelling), canonical(plain))
    }),
    { numRuns: 1000 },
  )
})

test('a masked address does not tell its length', () => {
  assert.equal(maskEmailAddress('bob@example.org'), 'b•••••@example.org')
  assert.equal(maskEmailAddress('bartholomew@example.org'), 'b•••••@example.org')
  assert.equal(maskEmailAddress('b@example.org'), '•••••@example.org')
})
