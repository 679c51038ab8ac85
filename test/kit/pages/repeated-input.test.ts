// What a page shows of a request's address and cookies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request, Response } from 'express'
import { newToken } from '#server/core/keys/secrets.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import { pageOf } from '#server/kit/pages/page-of.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

const pageAt = (path: string) => pageOf({ path } as Request)

test('a page repeats neither a token nor an unknown path of its address', async () => {
  const token = newToken()
  const paths = [`/undo/${token}`, `/recover/link/${token}`, '/a"><b>', '//evil.example', '/%2e%2e']
  for (const path of paths) assert.equal(pageAt(path), '/', path)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const refused = await portal.visitor().send(`/undo/${token}`, '', headers)
  assert.equal(refused.status, 403)
  assert.ok(!refused.html.includes(token))
})

test('the way on from an address that only takes a form is the page of the form', () => {
  assert.equal(pageAt('/account/sessions/end-others'), '/account/sessions')
  assert.equal(pageAt('/staff/cases/7/close'), '/staff/cases/7')
  assert.equal(pageAt('/account/password'), '/account/password')
})

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
