import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, domainOf, loginOf } from '#server/core/identifiers/names.ts'

test('an address joins a name and a domain, and splits into them again', () => {
  assert.equal(addressOf('anna.k', 'zorka.example'), 'anna.k@zorka.example')
  assert.equal(loginOf('anna.k@zorka.example'), 'anna.k')
  assert.equal(domainOf('anna.k@zorka.example'), 'zorka.example')
})

test('an address splits at its last @', () => {
  assert.equal(loginOf('"a@b"@zorka.example'), '"a@b"')
  assert.equal(domainOf('"a@b"@zorka.example'), 'zorka.example')
})
