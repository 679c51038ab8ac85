import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { locales } from '#server/kit/i18n/texts.ts'
import { samples } from '#test/support/gallery-samples.ts'
import { usePortal } from '#test/support/use-portal.ts'

/** Limits whose `demand` refuses a form. */
const demanded = [
  'app-passwords-made',
  'appeals',
  'method-changes',
  'password-changes',
  'recovery',
  'registration',
  'reports',
  'staff-door',
  'words',
]

test('every limit says on its page which one it is, and the gallery shows it', () => {
  const thrown = globSync('server/**/*.ts').flatMap((file) => {
    const found = readFileSync(file, 'utf8').matchAll(/new LimitReached\('([^']+)'/g)
    return [...found].map(([, word]) => String(word))
  })
  const words = [...new Set([...thrown, ...demanded])].sort()
  const shown = samples.filter(({ page }) => page === 'too-many-tries').map(({ state }) => state)
  assert.deepEqual(shown.toSorted(), words)
})

/** What the button of the page sends. */
const repeatIn = (html: string): Record<string, string> => {
  const form = /<form method="post" novalidate>[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const fields = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [String(name), String(value)]))
}

describe('the page of a limit', () => {
  const portal = usePortal({
    freshLimits: true,
    worker: false,
    env: { LIMIT_RECOVERIES_PER_IP_HOUR: '1', LIMIT_SIGN_IN_FAILURES: '1' },
  })

  it('says how long to wait and keeps what was typed, and its button sends that again', async () => {
    const visitor = portal.visitor()
    assert.equal((await visitor.post('/recover', { login: 'first.try' })).status, 303)
    const full = await visitor.post('/recover', { login: 'second.try' })
    assert.equal(full.status, 429)
    assert.ok(Number(full.headers.get('retry-after')) > 3000)
    assert.match(full.html, /<title>Too many tries to recover access from your network – /)
    assert.match(full.html, /You can try again in 60 minutes \(at.\d\d:\d\d\)|in 59 minutes/)
    const { _csrf, ...typed } = repeatIn(full.html)
    assert.deepEqual(typed, { login: 'second.try' })
    const early = await visitor.post('/recover', { ...typed, _csrf: String(_csrf) })
    assert.equal(early.status, 429, 'too early')
    assert.match(early.html, /You can try again in/, 'and the page says so again')
    await portal.db('rate_limits').delete()
    const later = await visitor.post('/recover', { ...typed, _csrf: String(_csrf) })
    assert.deepEqual([later.status, later.location], [303, '/recover/method'])
  })

  it('A refused form is sent again without its secrets.', async () => {
    const visitor = portal.visitor()
    const wrong = { login: 'nobody.here', password: 'wrong stork over the bog', next: '/account' }
    await visitor.post('/sign-in', wrong)
    await visitor.post('/sign-in', wrong)
    const full = await visitor.post('/sign-in', wrong)
    assert.equal(full.status, 429)
    assert.match(full.html, /Too many wrong passwords/)
    assert.match(full.html, /href="\/recover"/)
    assert.doesNotMatch(full.html, /wrong stork/)
    const { _csrf, ...typed } = repeatIn(full.html)
    assert.deepEqual(typed, { login: 'nobody.here', next: '/account' })
    const again = await visitor.post('/sign-in', { ...typed, _csrf: String(_csrf) })
    assert.deepEqual([again.status, again.errors], [422, ['password.missing']])
    assert.match(again.html, /name="login"[^>]* value="nobody.here"/)
  })

  it('has its words in every language', async () => {
    for (const locale of locales) {
      const visitor = portal.visitor()
      await visitor.get(`/?lang=${locale}`)
      await visitor.post('/recover', { login: 'first.try' })
      const { html } = await visitor.post('/recover', { login: 'second.try' })
      assert.match(html, /data-page="too-many-tries"/)
      assert.match(html, /href="\/help\/contact"/)
    }
  })
})
