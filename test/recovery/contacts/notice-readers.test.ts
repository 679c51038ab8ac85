// Who gets a notice, and what the reader's link restores.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import { type NoticeAudience, readersOf } from '#server/recovery/contacts/notice-readers.ts'
import { at, minutes } from '#test/support/recovery/contact-trial.ts'

const day = 24 * 60
const contactOf = (
  kind: LinkedContact['kind'],
  value: string,
  linkedDaysAgo: number,
): LinkedContact => {
  const confirmedAt = minutes(-linkedDaysAgo * day)
  return { kind, value, canonical: value, confirmedAt, provenAt: confirmedAt }
}
const phone = contactOf('phone', '+375291234567', 100)
const lateAddress = contactOf('backup-address', 'late@elsewhere.example', 1)
const oldAddress = contactOf('backup-address', 'old@elsewhere.example', 100)

const kindsOf = (about: Partial<NoticeAudience>) =>
  readersOf({ linked: [], known: [], at, undoDays: 7, ...about }).map(({ kind }) => kind)

test('the link of a contact that came lately or is in doubt takes nothing back', () => {
  assert.deepEqual(kindsOf({ linked: [phone, lateAddress] }), ['mailbox', 'contact', 'new-contact'])
  const doubtful = { ...phone, doubtful: true } as const
  assert.deepEqual(kindsOf({ linked: [doubtful, oldAddress] }), [
    'mailbox',
    'new-contact',
    'contact',
  ])
  assert.deepEqual(kindsOf({ linked: [phone], old: lateAddress }), [
    'mailbox',
    'contact',
    'new-contact',
  ])
  assert.deepEqual(
    kindsOf({ linked: [lateAddress], known: [phone] }),
    ['mailbox', 'new-contact'],
    'it took the place of another one lately',
  )
  assert.deepEqual(
    kindsOf({ linked: [lateAddress] }),
    ['mailbox', 'contact'],
    'the only contact is settled however new it is',
  )
})

test('no link puts back a contact that an undo took away', () => {
  const readers = readersOf({
    linked: [phone],
    old: oldAddress,
    undone: lateAddress,
    known: [],
    at,
    undoDays: 7,
  })
  const restored = readers.map(({ puts }) => puts?.value)
  assert.deepEqual(restored, [oldAddress.value, oldAddress.value, oldAddress.value, undefined])
  assert.equal(readers.at(-1)?.contact?.value, lateAddress.value, 'and yet it gets a notice')
})

test('a contact that came with the change gets a notice without a link', () => {
  const readers = readersOf({
    linked: [phone, lateAddress],
    added: lateAddress,
    known: [],
    at,
    undoDays: 7,
  })
  const links = readers.map(({ contact, getsLink }) => [contact?.kind, getsLink])
  assert.deepEqual(links, [
    [undefined, true],
    ['phone', true],
    ['backup-address', false],
  ])
})
