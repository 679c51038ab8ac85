import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mailSamples, samples } from '#test/support/gallery-samples.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

test('the gallery links every page and mail in every state', async () => {
  const visitor = portal.visitor()
  const { html } = await visitor.get('/dev/pages')
  const links = [...html.matchAll(/href="(\/dev\/pages\/[^"]+)"/g)].map((match) => match[1] ?? '')
  assert.equal(new Set(links).size, samples.length + 2 * mailSamples.length)
  for (const link of links) assert.equal((await visitor.get(link)).status, 200, link)
})

test('the gallery shows a mail in the page’s language, and lets it load nothing', async () => {
  const visitor = portal.visitor()
  await visitor.get('/?lang=be')
  const mail = await visitor.get('/dev/pages/mail/recovery-link/sent')
  assert.match(mail.html, /<html lang="be">/)
  assert.equal(
    mail.headers.get('content-security-policy'),
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
  )
  const text = await visitor.get('/dev/pages/mail/recovery-link/sent?as=text')
  assert.match(text.headers.get('content-type') ?? '', /^text\/plain/)
  assert.equal((await visitor.get('/dev/pages/mail/recovery-link/nowhere')).status, 404)
})

test('mails have the colours of the operator’s theme', async () => {
  const THEME_CSS = fileURLToPath(
    new URL('../../support/browser/violet-theme.css', import.meta.url),
  )
  const violet = await startTestPortal({
    worker: false,
    env: { THEME_CSS },
    database: portal.database,
  })
  const { html } = await violet.visitor().get('/dev/pages/mail/report-received/received')
  await violet.stop()
  assert.match(html, /bgcolor="#2b2350"/)
  assert.match(html, /\.brand { background: #1d1738 !important/)
})
