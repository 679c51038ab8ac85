import { Router } from 'express'
import { documentFacts } from './facts.ts'
import type { DocumentParts } from './parts.ts'
import { documentNames, readDocument } from './read-document.ts'
import { renderDocument } from './render-document.ts'

export function documentRoutes({ settings, desk, pages }: DocumentParts): Router {
  const router = Router()
  const facts = documentFacts(settings, desk.settings)
  for (const documentName of documentNames) {
    router.get(`/${documentName}`, async (req, res) => {
      const { documentsDir, defaultLocale } = settings
      const document = await readDocument(documentsDir, documentName, req.locale, defaultLocale)
      const locals = { document, html: renderDocument(document, facts) }
      pages.show(req, res, { id: documentName, view: 'site/documents/document', locals })
    })
  }
  return router
}
