// Links as mail programs damage them: the token stands before the damage.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Router } from 'express'
import { newToken } from '#server/core/keys/secrets.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { progressPurpose } from '#server/desk/reports/take-report.ts'
import { mendLinks } from '#server/kit/web/mend-links.ts'
import { openStopToken, stopTokenOf } from '#server/recovery/stopped-addresses/stop-token.ts'
import { begin, equip, linkOf, setPassword, undoLinkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const endings = [
  ...['.', '>', ')', ',', ';', ']', "'", '*', '...', '>.', '&gt;', '&quot;', '&#39;', '=', '=3D'],
  ...['%20', '%0A', '%0D%0A', '%22', '%3E', '%E2%80%9D', '%E2%80%8B', '%C2%A0', '%', '%2', '3D'],
  ...['/', '>/', '?utm_source=mail', '.?utm_source=mail', '%20and%20more', '=0A', '=20'],
]

const portal = usePortal({ freshLimits: true })

describe('a link that a mail program lengthened', () => {
  const mend = (url: string) => {
    const router = Router()
    for (const path of ['/undo/:token', '/report/progress/:token', '/report/:id'])
      router.get(path, () => {})
    const req = { url }
    mendLinks([router])(req as never, {} as never, () => {})
    return req.url
  }

  it('what cannot be of the token is cut off, and nothing else is', () => {
    const token = newToken()
    for (const ending of endings) {
      const query = /\?.*/.exec(ending)?.[0] ?? ''
      const url = mend(`/undo/${token}${ending}`)
      assert.equal(url.replace(/\/$/, ''), `/undo/${token}${query}`, ending)
    }
    for (const url of [
      `/undo/${token}`,
      `/undo/${token}/more`,
      `/undo/short.`,
      `/report/progress/short.`,
      `/report/${token}.`,
      `/undone/${token}.`,
      `/undo/${token}abc`,
      '/undo/',
    ])
      assert.equal(mend(url), url)
  })

  it('a link of each kind opens, whatever a mail program put at its end', async () => {
    const person = await equip(portal)
    const visitor = await begin(portal, person.login)
    const reset = await linkOf(portal, visitor, person)
    const { keyring } = portal.parts
    const links = {
      reset,
      stop: `/stop/${stopTokenOf(keyring, 'anna@elsewhere.example')}`,
    }
    for (const ending of endings) {
      const opened = await portal.visitor().get(`${links.reset}${ending}`)
      assert.deepEqual([opened.status, opened.location], [303, '/recover/new-password'], ending)
      const stop = await portal.visitor().get(`${links.stop}${ending}`)
      assert.deepEqual([stop.status, stop.page], [200, 'stop'], ending)
    }
    await visitor.get(`${links.reset}>`)
    assert.equal(
      (await setPassword(visitor, 'a new and longer sentence')).location,
      '/recover/done',
    )
    const undo = await undoLinkOf(portal, person.address)
    for (const ending of endings) {
      const opened = await portal.visitor().get(`${undo}${ending}`)
      assert.deepEqual([opened.status, opened.page], [200, 'undo'], ending)
    }
    const acted = await portal.visitor().post(`${undo}%20`)
    assert.deepEqual([acted.status, acted.location], [303, '/recover/new-password'])
  })

  it('what is left of an escaped equals sign harms no signed link of any length', () => {
    const { keyring } = portal.parts
    for (const purpose of [appealPurpose, progressPurpose])
      for (const id of ['7', '31', '123456', '1234567890'])
        for (const ending of ['', '3D'])
          assert.equal(
            openSignedToken(keyring, purpose, `${signToken(keyring, purpose, id)}${ending}`),
            id,
          )
    assert.equal(openStopToken(keyring, `${stopTokenOf(keyring, 'a@b.example')}3D`), 'a@b.example')
  })
})
