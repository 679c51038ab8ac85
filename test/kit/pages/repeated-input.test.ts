// What a page shows of a request's cookies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request, Response } from 'express'
import { takeFlash } from '#server/kit/pages/flash.ts'

test('a flash cookie only chooses among known words', () => {
  const take = (cookies: Record<string, unknown>) => {
    const res = { clearCookie: () => {} } as unknown as Response
    return takeFlash({ cookies, secure: false } as unknown as Request, res, ['ended', 'kept'])
  }
  assert.equal(take({ done: 'kept' }), 'kept')
  for (const done of ['<b>Pay here</b>', 'constructor', '', ['kept']])
    assert.equal(take({ done }), undefined)
  assert.equal(take({}), undefined)
})
