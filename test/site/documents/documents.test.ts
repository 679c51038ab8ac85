import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { locales } from '#server/kit/i18n/texts.ts'
import { checks } from '#server/site/documents/checks.ts'
import { documentNames, readDocument } from '#server/site/documents/read-document.ts'
import { renderDocument } from '#server/site/documents/render-document.ts'
import { usePortal } from '#test/support/use-portal.ts'

let folder: string
after(() => rm(folder, { recursive: true, force: true }))

const portal = usePortal(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-documents-'))
  await writeFile(join(folder, 'terms.ru.md'), '## Наши правила\n\nПишите {{supportAddress}}.\n')
  const env = { DOCUMENTS_DIR: folder, SUPPORT_ADDRESS: 'help@postern.example' }
  return { worker: false, env: { ...env, DEFAULT_LOCALE: 'en' } }
})

describe('the operator’s documents', () => {
  test('a file of the operator replaces the portal’s text in every language', async () => {
    for (const locale of locales) {
      const { html } = await portal.visitor().get(`/terms?lang=${locale}`)
      assert.match(html, /<div lang="ru">\s*<h2 class="govuk-heading-m">Наши правила<\/h2>/)
    }
  })

  test('a changed file shows at once', async () => {
    const file = join(folder, 'privacy.en.md')
    await writeFile(file, 'First')
    assert.match((await portal.visitor().get('/privacy?lang=en')).html, />First</)
    await writeFile(file, 'Second')
    assert.match((await portal.visitor().get('/privacy?lang=en')).html, />Second</)
    await rm(file)
  })

  test('a file may begin with a mark of its encoding and a title', async () => {
    const file = join(folder, 'privacy.en.md')
    await writeFile(file, '\uFEFF# Our notice\n')
    const { html } = await portal.visitor().get('/privacy?lang=en')
    assert.equal(html.match(/<h1/g)?.length, 1)
    assert.match(html, /<h2 class="govuk-heading-m">Our notice<\/h2>/)
    await rm(file)
  })

  test('HTML in the operator’s files is shown as text', () => {
    const html = renderDocument({ source: '<script>a</script>\n\n[b](javascript:c)' }, {})
    assert.match(html, /&lt;script&gt;/)
    assert.doesNotMatch(html, /<script|href="javascript/)
  })

  test('the doctor names the documents that the operator has not written', async () => {
    const settings = { ...portal.settings, portalEnv: 'production' }
    const result = await checks[0]?.run({ ...portal.parts, settings } as never)
    assert.equal(result?.ok, false)
    assert.match(result?.detail ?? '', /no privacy, accessibility:/)
  })
})

describe('the portal’s own documents', () => {
  test('each exists in every language, and every number and address in it is filled in', async () => {
    for (const name of documentNames)
      for (const locale of locales) {
        const document = await readDocument(undefined, name, locale, 'en')
        assert.equal(document.from, 'portal')
        const page = await portal.visitor().get(`/${name}?lang=${locale}`)
        assert.equal(page.status, 200)
        assert.doesNotMatch(page.html, /\{\{|undefined/)
      }
  })

  test('a page says that the text is not the operator’s own', async () => {
    const { html } = await portal.visitor().get('/accessibility?lang=en')
    assert.match(html, /has not written a text of its own/)
    assert.match(html, /mailto:help@postern\.example/)
  })

  test('registration names terms and privacy before the mailbox is created', async () => {
    const { html } = await portal.visitor().get('/register?lang=en')
    const form = html.slice(html.indexOf('action="/register"'), html.indexOf('</form>'))
    assert.match(form, /href="\/terms"/)
    assert.match(form, /href="\/privacy"/)
  })
})
