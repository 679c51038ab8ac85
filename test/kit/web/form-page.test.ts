import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Router } from 'express'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { features } from '#server/features.ts'
import { createPageOf, formRoutesOf, resolveFormPage } from '#server/kit/web/form-page.ts'
import type { PortalParts } from '#server/portal-parts.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })
const listed: readonly AccountFeature<PortalParts>[] = features
const routersOf = (): Router[] =>
  listed.flatMap((feature) => [...(feature.routes?.(portal.parts) ?? [])])

const pagesOf = (routers: readonly Router[]): Set<string> =>
  new Set(
    routers.flatMap(({ stack }) =>
      stack.flatMap(({ route }) =>
        route?.stack.some(({ method }) => method === 'get') ? [route.path].flat().map(String) : [],
      ),
    ),
  )

const anyParams = new Proxy({}, { get: (_, name) => `:${String(name)}` })

test('each form leads back to a page that is there when it fails', () => {
  const routers = routersOf()
  const pages = [...pagesOf(routers)].map((path) => path.replace(/:\w+/g, ':x'))
  const forms = formRoutesOf(routers)
  assert.ok(forms.length > 40)
  const dead = forms
    .map(({ path, page }) => [path, page === undefined ? path : resolveFormPage(page, anyParams)])
    .filter(([, page = '']) => !pages.includes(page.replace(/:\w+/g, ':x').replace(/\?.*$/, '')))
  assert.deepEqual(dead, [])
})

test('a page repeats neither a token nor an unknown path of its address', async () => {
  const pageOf = createPageOf(routersOf())
  const token = newToken()
  const paths = [`/undo/${token}`, `/recover/link/${token}`, '/a"><b>', '//evil.example', '/%2e%2e']
  for (const path of paths) assert.equal(pageOf({ path }), '/', path)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const refused = await portal.visitor().send(`/undo/${token}`, '', headers)
  assert.equal(refused.status, 403)
  assert.ok(!refused.html.includes(token))
})

test('the way on from an address that only takes a form is the page of the form', () => {
  const pageOf = createPageOf(routersOf())
  assert.equal(pageOf({ path: '/account/sessions/end-others' }), '/account/sessions')
  assert.equal(pageOf({ path: '/staff/cases/7/close' }), '/staff/cases/7')
  assert.equal(pageOf({ path: '/account/password' }), '/account/password')
  assert.equal(pageOf({ path: '/account/space' }), '/account')
  assert.equal(pageOf({ path: '/staff/door/codes/renew' }), '/staff/me')
  assert.equal(pageOf({ path: '/staff/me/shortcuts' }), '/staff/me')
})
