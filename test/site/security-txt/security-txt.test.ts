import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false, env: { SECURITY_CONTACT: 'weak@spots.example' } })

test('security.txt names a contact, and expires within a year as RFC 9116 wants it', async () => {
  const { status, html, headers } = await portal.visitor().get('/.well-known/security.txt')
  assert.equal(status, 200)
  assert.match(String(headers.get('content-type')), /^text\/plain; charset=utf-8$/)
  const fields = Object.fromEntries(
    html
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  assert.equal(fields.Contact, 'mailto:weak@spots.example')
  assert.match(fields.Canonical ?? '', /\/\.well-known\/security\.txt$/)
  const days = (Date.parse(fields.Expires ?? '') - portal.clock.now().getTime()) / msPerDay
  assert.ok(days > 30 && days < 366, `${days} days`)
})
