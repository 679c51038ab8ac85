import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestAddress } from '#server/core/identifiers/near-provider.ts'

test('a mistyped domain brings the provider that was meant', () => {
  for (const [typed, meant] of [
    ['anna@gmial.com', 'anna@gmail.com'],
    ['Anna.K+tag@GMIAL.COM', 'Anna.K+tag@gmail.com'],
    ['anna@gmail.con', 'anna@gmail.com'],
    ['anna@gmail.co', 'anna@gmail.com'],
    ['anna@gmail,com', 'anna@gmail.com'],
    ['anna@gmail', 'anna@gmail.com'],
    ['anna@yandeks.ru', 'anna@yandex.ru'],
    ['anna@yadnex.by', 'anna@yandex.by'],
    ['anna@maill.ru', 'anna@mail.ru'],
    ['anna@tut.bu', 'anna@tut.by'],
    ['anna@gmx.dee', 'anna@gmx.de'],
    ['anna@t-onlin.de', 'anna@t-online.de'],
    ['anna@urk.net', 'anna@ukr.net'],
    ['anna@ramlber.ru', 'anna@rambler.ru'],
    ['anna@outlok.com', 'anna@outlook.com'],
    ['anna@hotnail.com', 'anna@hotmail.com'],
    ['anna@protonmial.com', 'anna@protonmail.com'],
  ] as const)
    assert.equal(suggestAddress(typed), meant, typed)
})

test('a provider as it is, and a domain of nobody that is known, bring no other one', () => {
  for (const typed of [
    'anna@gmail.com',
    'anna@googlemail.com',
    'anna@ymail.com',
    'anna@mail.com',
    'anna@gmx.net',
    'anna@ya.ru',
    'anna@yandex.kz',
    // Branches in other countries, one or two letters from a provider of ours.
    'anna@outlook.es',
    'anna@protonmail.ch',
    'anna@fastmail.fm',
    'anna@yahoo.co.in',
    'anna@inbox.eu',
    'anna@orange.pl',
    'anna@elsewhere.example',
    'anna@firma.de',
    'anna@bsu.by',
    'anna@nb.by',
    'anna',
    '@gmial.com',
    '',
    `anna@${'g'.repeat(5000)}`,
  ])
    assert.equal(suggestAddress(typed), undefined, typed)
})
