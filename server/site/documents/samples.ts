import type { Sample } from '#server/kit/pages/sample.ts'
import { documentFacts } from './facts.ts'
import { type Document, documentNames, readDocument } from './read-document.ts'
import { renderDocument } from './render-document.ts'

const facts = documentFacts(
  {
    brandName: 'Postern',
    mailDomains: ['postern.example'],
    supportAddress: undefined,
    closingDays: 30,
    clientSignInsDays: 30,
  },
  { appealDays: 20, caseDays: 730, evidenceDays: 180 },
)

const shown = (page: string, state: string, document: Document): Sample => ({
  page,
  state,
  view: 'site/documents/document',
  locals: { document, html: renderDocument(document, facts) },
})

const own = await Promise.all(
  documentNames.map(async (name) =>
    shown(name, 'shown', await readDocument(undefined, name, 'be', 'be')),
  ),
)

export const samples: readonly Sample[] = [
  ...own,
  shown('terms', 'operators', {
    source: '## Our rules\n\nBe kind to others.\n',
    locale: 'en',
    from: 'operator',
  }),
]
