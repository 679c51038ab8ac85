// An operator's colours, in pages and mails.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { readThemeColours } from '#server/kit/pages/theme-colours.ts'

const styleSheet = readFileSync(new URL('../../../public/postern.css', import.meta.url), 'utf8')

it('mails take the colours of the style sheet', () => {
  const { light, dark } = readThemeColours(styleSheet)
  assert.equal(light.header, '#0f3d3e')
  assert.equal(dark.link, '#7fd3d8')
  assert.equal(dark['header-line'], light['header-line'], 'what is not set for dark is as in light')
})

it('an operator’s theme overrides our colours, light and dark, as in a browser', () => {
  const theme = `/* :root { --postern-link: red } */
    :root { --postern-header: #2b2350; --postern-link: rgb(74 55 163) }
    @media (prefers-color-scheme: dark) {
      :root { --postern-header: #1d1738; --postern-button: var(--postern-link) }
      .card { color: #000 }
    }
    @media print { .page { color: #000 } }
    :root { --postern-page: ivory; }`
  const { light, dark } = readThemeColours(styleSheet + theme)
  assert.deepEqual([light.header, light.link, light.page], ['#2b2350', 'rgb(74 55 163)', 'ivory'])
  assert.deepEqual([dark.header, dark.page], ['#1d1738', '#10191a'])
  assert.equal(dark.button, '#5cc9b0', 'what is no plain colour is passed over')
})

it('a theme puts nothing but plain colours into a mail', () => {
  const { light } = readThemeColours(
    `${styleSheet}:root{--postern-page:red"></style><script>;--postern-text:url(//x)}`,
  )
  assert.equal(light.page, '#fff')
  assert.equal(light.text, '#12211f')
})
