import type MarkdownIt from 'markdown-it'
import { lazily } from '#server/core/lazily.ts'
import type { Document } from './read-document.ts'

export type DocumentFacts = Readonly<Record<string, string | number>>

const markdownIt = lazily<typeof MarkdownIt>('markdown-it')

const classes: Readonly<Record<string, string>> = {
  h2: 'govuk-heading-m',
  h3: 'govuk-heading-s',
  p: 'govuk-body',
  ul: 'govuk-list govuk-list--bullet govuk-list--spaced',
  ol: 'govuk-list govuk-list--number govuk-list--spaced',
  a: 'govuk-link',
}

type Renderer = ReturnType<typeof MarkdownIt>

let renderer: Renderer | undefined

function createRenderer(): Renderer {
  // Security: HTML in the operator's files is shown as text.
  const made = markdownIt()({ html: false, linkify: false })
  made.disable('image')
  made.core.ruler.push('classes', ({ tokens }) => {
    for (const token of tokens.flatMap((one) => [one, ...(one.children ?? [])])) {
      // The page has a title of its own.
      if (token.tag === 'h1') token.tag = 'h2'
      const named = token.nesting === 1 ? classes[token.tag] : undefined
      if (named) token.attrSet('class', named)
    }
  })
  return made
}

/** @returns HTML. `{{name}}` in the source becomes the fact of that name. */
export function renderDocument({ source }: Pick<Document, 'source'>, facts: DocumentFacts): string {
  renderer ??= createRenderer()
  const filled = source.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    String(facts[name] ?? whole),
  )
  return renderer.render(filled)
}
