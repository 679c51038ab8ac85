import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domainToASCII } from 'node:url'
import { maskEmailAddress, parseEmailAddress } from '#server/core/identifiers/email-address.ts'

const ownDomains = ['zorka.example', 'пошта.example']
const parse = (raw: unknown) => parseEmailAddress(raw, { ownDomains })
const canonical = (raw: unknown) => {
  const parsed = parse(raw)
  return parsed.kind === 'ok' ? parsed.canonical : parsed.reason
}

test('an address keeps its typed form for sending and gets a canonical form for comparing', () => {
  assert.deepEqual(parse(' Bob.Smith+post@GoogleMail.COM '), {
    kind: 'ok',
    address: 'Bob.Smith+post@googlemail.com',
    canonical: 'bobsmith@gmail.com',
  })
})

test('all spellings of one mailbox have one canonical address', () => {
  const spellings: Record<string, string[]> = {
    'bobsmith@gmail.com': [
      'b.o.b.smith@gmail.com',
      'BOBSMITH@googlemail.com',
      'bobsmith+a+b@gmail.com',
      'bobsmith@gmail.com.',
    ],
    'bob@xn--e1afmkfd.xn--90ais': [
      'bob@пример.бел',
      'BOB@ПРИМЕР.БЕЛ',
      'bob@xn--E1AFMKFD.xn--90ais',
      'bob@пример。бел',
    ],
    'bob.s@yandex.ru': [
      'bob-s@yandex.ru',
      'bob.s@ya.ru',
      'Bob.S@yandex.by',
      'bob-s+x@yandex.com',
      'bob.s@yandex.kz',
      'bob-s@yandex.ua',
    ],
    'bob@icloud.com': ['bob@me.com', 'bob@mac.com'],
    'bobsmith@proton.me': [
      'bob.smith@protonmail.com',
      'bob-smith@pm.me',
      'bob_smith@proton.me',
      'bobsmith@protonmail.ch',
    ],
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

test('addresses that providers keep apart have different canonical forms', () => {
  for (const [left, right] of [
    ['bob.s@example.org', 'bobs@example.org'],
    ['bob@mail.ru', 'bob@inbox.ru'],
    ['bob@outlook.com', 'bob@hotmail.com'],
    ['bob.s@outlook.com', 'bobs@outlook.com'],
    ['bob@gmail.com', 'bob@gmail.co'],
    ['bob.s@icloud.com', 'bobs@icloud.com'],
  ]) {
    assert.notEqual(canonical(left), canonical(right))
  }
})

test('an address has at most 254 letters and may have the shortest labels', () => {
  for (const plain of ['bob@t.co', 'b@x.y.z', `${'a'.repeat(64)}@example.org`])
    assert.equal(canonical(plain), plain)
  const domain = `${'a23456789.'.repeat(24)}example`
  const [longest, longer] = [`bobbob@${domain}`, `bobbobb@${domain}`]
  assert.deepEqual([longest.length, canonical(longest)], [254, longest])
  assert.deepEqual([longer.length, canonical(longer)], [255, 'too-long'])
})

test('an address is refused above a thousand typed letters, blanks included', () => {
  const typed = 'bob@example.org'.padStart(1000)
  assert.equal(canonical(typed), 'bob@example.org')
  assert.equal(canonical(` ${typed}`), 'too-long')
})

test('an address in a domain of the portal is refused as a backup address', () => {
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
  const inside = parseEmailAddress('bob@mx.localhost', { ownDomains: ['LOCALHOST'] })
  assert.deepEqual(inside, { kind: 'refused', reason: 'own-domain' })
})

test('each fault of an email address has its own reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' \u200b', 'missing'],
    [undefined, 'missing'],
    [null, 'missing'],
    ['боб', 'shape'],
    ['боб@b@example.org', 'shape'],
    ['bob@example.org!', 'shape'],
    ['bob@example.4rg', 'shape'],
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

test('only a plain domain name is a mail domain, whatever else a URL parser accepts', () => {
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

test('a masked address does not tell its length', () => {
  assert.equal(maskEmailAddress('bob@example.org'), 'b•••••@example.org')
  assert.equal(maskEmailAddress('bartholomew@example.org'), 'b•••••@example.org')
  assert.equal(maskEmailAddress('b@example.org'), '•••••@example.org')
})
