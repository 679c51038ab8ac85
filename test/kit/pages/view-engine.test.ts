import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { createViewEngine, escapeHtml } from '#server/kit/pages/view-engine.ts'

const root = mkdtempSync(path.join(tmpdir(), 'views-'))
after(() => rmSync(root, { recursive: true }))

function write(view: string, source: string): void {
  const file = path.join(root, `${view}.ejs`)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, source)
}

describe('the view engine', () => {
  const engine = createViewEngine({ roots: [root], cache: true })

  it('every value that `<%=` writes is text, never markup', () => {
    write('escape', '<p title="<%= name %>"><%= name %></p>')
    const page = engine.renderPart('escape', { name: `<script>"'&` })
    assert.equal(page, '<p title="&lt;script&gt;&#34;&#39;&amp;">&lt;script&gt;&#34;&#39;&amp;</p>')
    assert.equal(escapeHtml(undefined), '')
    assert.equal(escapeHtml(0), '0')
  })

  it('a page is rendered inside its layout', () => {
    write('layouts/page', '<main><%- body %></main><%= pageId %>')
    write('page', '<h1><%= title %></h1>')
    assert.equal(
      engine.render('page', { pageId: 'p', title: 'A & B' }),
      '<main><h1>A &amp; B</h1></main>p',
    )
  })

  it('a part gets the frame and what its include names, and nothing else of the page', () => {
    write('part', '[<%= locale %>|<%= label %>|<%= hint %>]')
    write('whole', `<%- include('part', { label: 'own' }) %><%- include('part') %>`)
    assert.equal(
      engine.renderPart('whole', { locale: 'be', hint: 'of the page' }),
      '[be|own|][be||]',
    )
  })

  it('a view may declare constants of any name and omit what it was not given', () => {
    write(
      'names',
      `<% const label = 'mine'; for (const item of items || []) { %><%= item.label %><% } -%>
<%= label %>`,
    )
    assert.equal(engine.renderPart('names', { items: [{ label: 'a' }] }), 'amine')
    assert.equal(engine.renderPart('names', {}), 'mine')
  })

  it('a view can read names in template strings, spreads and after quoted addresses', () => {
    write('tricky', `<% const all = [...list, 'https://x'] -%><%= \`\${prefix}-\${all.length}\` %>`)
    assert.equal(engine.renderPart('tricky', { list: [1], prefix: 'p' }), 'p-2')
  })

  it('an include with a key keeps what the part wrote', () => {
    write('kept', '<%= locale %><%= n %>')
    write('keeper', "<%- include('kept', { n }, locale) %>")
    assert.equal(engine.renderPart('keeper', { locale: 'be', n: 1 }), 'be1')
    assert.equal(engine.renderPart('keeper', { locale: 'be', n: 2 }), 'be1')
    assert.equal(engine.renderPart('keeper', { locale: 'ru', n: 3 }), 'ru3')
    assert.equal(engine.renderPart('keeper', { locale: '', n: 4 }), '4')
  })

  it('locals named like options of EJS are plain values', () => {
    write('options', '<%= settings %><%= client %><%= escapeFunction %>')
    assert.equal(
      engine.renderPart('options', { settings: 's', client: '<', escapeFunction: 'e' }),
      's&lt;e',
    )
  })

  it('a missing view is named in the fault', () => {
    assert.throws(() => engine.renderPart('nowhere', {}), /no view "nowhere"/)
  })

  it('without the cache an edit of a view shows at the next request', () => {
    const fresh = createViewEngine({ roots: [root], cache: false })
    write('edited', 'one')
    assert.equal(fresh.renderPart('edited', {}), 'one')
    write('edited', 'two')
    assert.equal(fresh.renderPart('edited', {}), 'two')
  })
})

it('every view of the portal compiles', () => {
  const views = createViewEngine({
    roots: [new URL('../../../views', import.meta.url).pathname],
    cache: true,
  }).compileAll()
  assert.ok(views.includes('layouts/page'))
})
