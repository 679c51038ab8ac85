import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveDeskMail } from '#test/prove/desk/desk-mail.ts'

test('mail by LMTP and IMAP has its reports once, however often the worker is killed', async () => {
  const { kinds, reports } = await proveDeskMail({ kills: 2, oneOf: 4 })
  assert.ok(kinds > 30 && reports > 25, `${kinds} kinds, ${reports} reports`)
})
